/** One connection's channel to the stand-in daemon, with the streams that are attached on it. */
import { decode, encode } from "@msgpack/msgpack";
import type { WebSocket } from "ws";
import type { Bytes } from "../../src/wire/bytes.ts";
import type { Transport } from "../../src/wire/channel.ts";
import { decodeMessage, encodeControl, encodeOutput, encodeSnapshot } from "../../src/wire/frames.ts";
import type { FakeDaemon } from "./fake_daemon.ts";
import { FakeSession, type NewProgram } from "./fake_session.ts";

/** What a client's control message may carry; the stand-in trusts the app, which is what is tested with it. */
interface ClientFields {
  readonly type: string;
  readonly id: number;
  readonly client: Uint8Array;
  readonly session: string;
  readonly stream: number;
  readonly have?: number;
  readonly cols: number;
  readonly rows: number;
}

interface Stream {
  readonly id: number;
  readonly session: FakeSession;
  sent: number;
}

export class FakeChannel {
  readonly #daemon: FakeDaemon;
  readonly #link: WebSocket;
  readonly #newProgram: NewProgram;
  readonly #streams = new Map<number, Stream>();
  #client = "";
  #lateWelcome: (() => void) | null = null;
  transport: Transport | null = null;

  constructor(daemon: FakeDaemon, link: WebSocket, newProgram: NewProgram) {
    this.#daemon = daemon;
    this.#link = link;
    this.#newProgram = newProgram;
  }

  begin(transport: Transport): void {
    this.transport = transport;
    this.#streams.clear();
  }

  handle(plaintext: Bytes): void {
    const message = decodeMessage(plaintext);
    if (message.kind === "control") {
      this.#control(decode(message.body) as ClientFields);
      return;
    }
    if (message.kind === "blob") return;
    const stream = this.#streams.get(message.stream);
    if (!stream) return;
    const offset = stream.session.take(this.#client, message.offset, message.data);
    this.#say({ type: "input_ack", stream: stream.id, offset });
  }

  #control(message: ClientFields): void {
    const { type, id } = message;
    this.#daemon.controls.push({ ...message });
    if (this.#daemon.stuck && type !== "hello") return;
    this.#lateWelcome?.();
    this.#lateWelcome = null;
    const sessions = [...this.#daemon.sessions.values()].map((session) => session.info());
    switch (type) {
      case "hello":
        this.#client = Buffer.from(message.client).toString("hex");
        this.#lateWelcome = () =>
          this.#say({
            type: "welcome",
            version: 1,
            daemon: { version: "2.0.0", name: "studio", platform: "linux" },
            agents: [{ id: "shell", label: "Shell", available: true }],
            sessions,
            limits: { window: 262_144, input_window: 65_536 },
          });
        if (this.#daemon.welcomesLate) return;
        this.#lateWelcome();
        this.#lateWelcome = null;
        return;
      case "open": {
        const session = new FakeSession(`shell-${this.#daemon.sessions.size + 1}`, this.#newProgram);
        session.cols = message.cols;
        session.rows = message.rows;
        this.#daemon.sessions.set(session.id, session);
        this.#say({ type: "opened", id, session: session.info() });
        return;
      }
      case "attach":
        this.#attach(id, message);
        return;
      case "resize":
      case "claim": {
        const stream = this.#streams.get(message.stream);
        if (!stream) return;
        const { cols, rows } = message;
        stream.session.cols = cols;
        stream.session.rows = rows;
        this.#say({ type: "resized", stream: stream.id, offset: stream.sent, cols, rows, leader: true });
        return;
      }
      case "history":
        this.#say({ type: "scrollback", id, data: this.#daemon.older, oldest: true });
        return;
      case "ping":
        this.#say({ type: "pong", id });
        return;
      case "list":
        this.#say({ type: "sessions", id, sessions });
        return;
      case "detach":
        this.#streams.delete(message.stream);
        this.#say({ type: "ok", id });
        return;
      case "dismiss":
        this.#daemon.sessions.delete(message.session);
        this.#say({ type: "ok", id });
        this.#say({
          type: "sessions",
          sessions: [...this.#daemon.sessions.values()].map((left) => left.info()),
        });
    }
  }

  #attach(id: number, message: ClientFields): void {
    const session = this.#daemon.sessions.get(message.session);
    if (!session) {
      this.#say({ type: "error", id, code: "unknown_session", message: "There is no such session." });
      return;
    }
    const stream: Stream = {
      id: this.#streams.size + 1,
      session,
      sent: message.have ?? session.output.length,
    };
    this.#streams.set(stream.id, stream);
    const snapshot = message.have === undefined ? session.output : null;
    this.#say({
      type: "attached",
      id,
      stream: stream.id,
      session: session.info(),
      base: stream.sent,
      snapshot: snapshot === null ? null : snapshot.length,
      input_seen: session.inputSeen.get(this.#client) ?? 0,
      cols: session.cols,
      rows: session.rows,
      leader: true,
    });
    for (let at = 0; snapshot !== null && at < snapshot.length; at += 65_000) {
      this.#send(encodeSnapshot(stream.id, at, snapshot.slice(at, at + 65_000)));
    }
    const flush = (): void => {
      if (this.#streams.get(stream.id) !== stream) return;
      while (stream.sent < session.output.length) {
        const data = session.output.slice(stream.sent, stream.sent + 65_000);
        this.#send(encodeOutput(stream.id, stream.sent, data));
        stream.sent += data.length;
      }
      if (session.exit) {
        this.#say({
          type: "exit",
          stream: stream.id,
          session: session.id,
          offset: stream.sent,
          ...session.exit,
        });
      }
    };
    session.onOutput = flush;
    flush();
  }

  #say(message: Record<string, unknown>): void {
    this.#send(encodeControl(encode(message)));
  }

  #send(message: Bytes): void {
    void this.transport?.seal(message).then((frame) => this.#link.send(frame));
  }
}
