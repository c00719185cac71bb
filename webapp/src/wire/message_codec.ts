/** Control messages to and from MessagePack: unknown types are ignored, malformed ones refused. */
import { decode, encode } from "@msgpack/msgpack";
import { type Bytes, copyOf } from "./bytes.ts";
import { readAgent, readAgents, readCommands } from "./commands.ts";
import { readDirectories, readPlaces } from "./directories.ts";
import { malformed } from "./errors.ts";
import { blob, type Fields, flag, integer, list, mapOf, nullable, number, text } from "./fields.ts";
import { MAX_COLS, MAX_ROWS, MIN_COLS, MIN_ROWS } from "./limits.ts";
import type { ClientMessage, DaemonMessage, ErrorReply, SessionInfo, Size, Welcome } from "./messages.ts";
import { TRANSFER_READERS } from "./transfers.ts";
import { readUsage } from "./usage.ts";

const MAX_U32 = 0xffff_ffff;

/** Return the MessagePack map of a control message, without the kind byte. */
export function encodeMessage(message: ClientMessage): Bytes {
  return copyOf(encode(message, { ignoreUndefined: true }));
}

/** Return what the daemon said, or null for a type that this version does not know; WireError if malformed. */
export function decodeDaemonMessage(body: Uint8Array): DaemonMessage | null {
  let value: unknown;
  try {
    value = decode(body);
  } catch {
    throw malformed("a control message is no MessagePack");
  }
  const fields = mapOf(value, "a control message");
  const read = READERS[text(fields, "type")];
  return read === undefined ? null : read(fields);
}

const READERS: Readonly<Record<string, ((fields: Fields) => DaemonMessage) | undefined>> = Object.assign(
  Object.create(null) as Record<string, (fields: Fields) => DaemonMessage>,
  {
    welcome: readWelcome,
    error: readError,
    sessions: (fields: Fields): DaemonMessage => ({
      type: "sessions",
      id: nullable(fields, "id", uint32),
      sessions: list(fields, "sessions", readSession),
    }),
    agents: readAgents,
    commands: readCommands,
    places: readPlaces,
    directories: readDirectories,
    usage: readUsage,
    opened: (fields: Fields): DaemonMessage => ({
      type: "opened",
      id: uint32(fields, "id"),
      session: readSession(mapOf(fields.session, "session")),
    }),
    attached: (fields: Fields): DaemonMessage => ({
      type: "attached",
      id: uint32(fields, "id"),
      stream: uint32(fields, "stream"),
      session: readSession(mapOf(fields.session, "session")),
      base: integer(fields, "base"),
      snapshot: nullable(fields, "snapshot", integer),
      input_seen: integer(fields, "input_seen"),
      leader: flag(fields, "leader"),
      ...readSize(fields),
    }),
    snapshot: (fields: Fields): DaemonMessage => ({
      type: "snapshot",
      stream: uint32(fields, "stream"),
      base: integer(fields, "base"),
      bytes: integer(fields, "bytes"),
      ...readSize(fields),
    }),
    input_ack: (fields: Fields): DaemonMessage => ({
      type: "input_ack",
      stream: uint32(fields, "stream"),
      offset: integer(fields, "offset"),
    }),
    resized: (fields: Fields): DaemonMessage => ({
      type: "resized",
      stream: uint32(fields, "stream"),
      offset: integer(fields, "offset"),
      leader: flag(fields, "leader"),
      ...readSize(fields),
    }),
    scrollback: (fields: Fields): DaemonMessage => ({
      type: "scrollback",
      id: uint32(fields, "id"),
      data: blob(fields, "data"),
      oldest: flag(fields, "oldest"),
    }),
    exit: (fields: Fields): DaemonMessage => ({
      type: "exit",
      stream: uint32(fields, "stream"),
      session: text(fields, "session"),
      offset: integer(fields, "offset"),
      code: nullable(fields, "code", signed),
      signal: nullable(fields, "signal", text),
    }),
    ...TRANSFER_READERS,
    ok: (fields: Fields): DaemonMessage => ({ type: "ok", id: uint32(fields, "id") }),
    pong: (fields: Fields): DaemonMessage => ({ type: "pong", id: uint32(fields, "id") }),
  },
);

function readWelcome(fields: Fields): Welcome {
  const daemon = mapOf(fields.daemon, "daemon");
  const limits = mapOf(fields.limits, "limits");
  return {
    type: "welcome",
    version: uint32(fields, "version"),
    daemon: {
      version: text(daemon, "version"),
      name: text(daemon, "name"),
      platform: text(daemon, "platform"),
    },
    agents: list(fields, "agents", readAgent),
    sessions: list(fields, "sessions", readSession),
    limits: { window: integer(limits, "window", 1), input_window: integer(limits, "input_window", 1) },
  };
}

function readError(fields: Fields): ErrorReply {
  return {
    type: "error",
    id: nullable(fields, "id", uint32),
    code: text(fields, "code"),
    message: text(fields, "message"),
    hint: nullable(fields, "hint", text),
  };
}

function readSession(fields: Fields): SessionInfo {
  return {
    id: text(fields, "id"),
    agent: text(fields, "agent"),
    name: text(fields, "name"),
    title: text(fields, "title"),
    cwd: text(fields, "cwd"),
    ...readSize(fields),
    created_at: number(fields, "created_at"),
    active_at: number(fields, "active_at"),
    alive: flag(fields, "alive"),
    clients: integer(fields, "clients"),
    preview: text(fields, "preview"),
    output: nullable(fields, "output", integer) ?? 0,
    bell: nullable(fields, "bell", integer),
    code: nullable(fields, "code", signed),
    signal: nullable(fields, "signal", text),
    started_by: nullable(fields, "started_by", text),
  };
}

function readSize(fields: Fields): Size {
  return {
    cols: integer(fields, "cols", MIN_COLS, MAX_COLS),
    rows: integer(fields, "rows", MIN_ROWS, MAX_ROWS),
  };
}

function uint32(fields: Fields, name: string): number {
  return integer(fields, name, 0, MAX_U32);
}

function signed(fields: Fields, name: string): number {
  return integer(fields, name, -0x8000_0000, MAX_U32);
}
