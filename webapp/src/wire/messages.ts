/** Layer 3's control messages as types: what a client says, and what the daemon says. */
import type { Bytes } from "./bytes.ts";
import type { AgentInfo, Agents, CommandRequest, Commands } from "./commands.ts";
import type { Directories, DirectoryRequest, Places } from "./directories.ts";
import type { TransferAck, TransferAnswer, TransferMessage, TransferRequest } from "./transfers.ts";
import type { Usage } from "./usage.ts";

/** One session as the lists show it; times in seconds since 1970. */
export interface SessionInfo {
  readonly id: string;
  readonly agent: string;
  readonly name: string;
  readonly title: string;
  readonly cwd: string;
  readonly cols: number;
  readonly rows: number;
  readonly created_at: number;
  readonly active_at: number;
  readonly alive: boolean;
  readonly clients: number;
  readonly preview: string;
  /** The end of its output: how many bytes it has printed. */
  readonly output: number;
  /** The end of the output in which the bell rang last; null if it never did. */
  readonly bell: number | null;
  readonly code: number | null;
  readonly signal: string | null;
  /** The machine that had it started, if no person did. */
  readonly started_by: string | null;
}

export interface DaemonInfo {
  readonly version: string;
  readonly name: string;
  readonly platform: string;
}

/** Windows of the daemon, in bytes. */
export interface WindowLimits {
  readonly window: number;
  readonly input_window: number;
}

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export type Hello = {
  readonly type: "hello";
  readonly versions: readonly number[];
  readonly client: Uint8Array;
  readonly kind: string;
  readonly app: string;
};

/** Requests whose reply repeats their `id`, which the connection adds. */
export type Request =
  | ({ readonly type: "open"; readonly agent: string; readonly name?: string; readonly cwd?: string } & Size)
  | ({
      readonly type: "attach";
      readonly session: string;
      readonly have?: number;
      readonly visible?: boolean;
      /** Foreground, background and cursor: red, green and blue of each. */
      readonly colours?: Uint8Array;
    } & Size)
  | { readonly type: "detach"; readonly stream: number }
  | { readonly type: "history"; readonly stream: number }
  | { readonly type: "list" }
  | { readonly type: "rename"; readonly session: string; readonly name: string }
  | { readonly type: "kill" | "dismiss"; readonly session: string }
  | { readonly type: "forget" | "usage" }
  | CommandRequest
  | DirectoryRequest
  | TransferRequest
  | { readonly type: "ping" };

/** What a client says without waiting for a reply. */
export type Notice =
  | { readonly type: "ack"; readonly stream: number; readonly offset: number }
  | ({ readonly type: "resize"; readonly stream: number } & Size)
  | ({ readonly type: "claim"; readonly stream: number } & Size)
  | { readonly type: "visible"; readonly stream: number; readonly visible: boolean }
  | { readonly type: "colours"; readonly stream: number; readonly colours: Uint8Array }
  | TransferAck;

export type ClientMessage = Hello | (Request & { readonly id: number }) | Notice;

export type Welcome = {
  readonly type: "welcome";
  readonly version: number;
  readonly daemon: DaemonInfo;
  readonly agents: readonly AgentInfo[];
  readonly sessions: readonly SessionInfo[];
  readonly limits: WindowLimits;
};

export type Sessions = {
  readonly type: "sessions";
  readonly id: number | null;
  readonly sessions: readonly SessionInfo[];
};

export type Opened = { readonly type: "opened"; readonly id: number; readonly session: SessionInfo };

export type Attached = {
  readonly type: "attached";
  readonly id: number;
  readonly stream: number;
  readonly session: SessionInfo;
  readonly base: number;
  readonly snapshot: number | null;
  readonly input_seen: number;
  readonly leader: boolean;
} & Size;

export type Snapshot = {
  readonly type: "snapshot";
  readonly stream: number;
  readonly base: number;
  readonly bytes: number;
} & Size;

export type InputAck = { readonly type: "input_ack"; readonly stream: number; readonly offset: number };

export type Resized = {
  readonly type: "resized";
  readonly stream: number;
  readonly offset: number;
  readonly leader: boolean;
} & Size;

/** Rows that belong right above what the terminal has; `oldest` if there are none above them. */
export type Scrollback = {
  readonly type: "scrollback";
  readonly id: number;
  readonly data: Bytes;
  readonly oldest: boolean;
};

export type Exit = {
  readonly type: "exit";
  readonly stream: number;
  readonly session: string;
  readonly offset: number;
  readonly code: number | null;
  readonly signal: string | null;
};

export type ErrorReply = {
  readonly type: "error";
  readonly id: number | null;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
};

export type Done = { readonly type: "ok" | "pong"; readonly id: number };

/** What belongs to one stream. */
export type StreamMessage = Snapshot | InputAck | Resized | Exit;

export type DaemonMessage =
  | Welcome
  | Sessions
  | Agents
  | Commands
  | Places
  | Directories
  | TransferAnswer
  | TransferMessage
  | Opened
  | Attached
  | StreamMessage
  | Scrollback
  | Usage
  | ErrorReply
  | Done;
