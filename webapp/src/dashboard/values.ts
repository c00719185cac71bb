/** What the daemon says about everything beside sessions; times are in seconds since 1970. */

export interface LoggedIn {
  readonly key: string;
  readonly name: string;
  readonly version: string;
}

export interface PeerRow {
  readonly node_id: string;
  readonly name: string;
  readonly state: string;
  readonly address: string | null;
  readonly version: string | null;
  /** What it may do here. */
  readonly permits: readonly string[];
  /** What this machine may do there. */
  readonly permitted: readonly string[];
  readonly paired_at: number;
  readonly seen_at: number | null;
}

/** A machine that announces itself; nobody vouches for what it says. */
export interface NearbyMachine {
  readonly node_id: string;
  readonly name: string;
  readonly platform: string;
  readonly addresses: readonly string[];
}

export interface Peers {
  readonly peers: readonly PeerRow[];
  readonly machines: readonly NearbyMachine[];
  readonly listen: string;
  readonly addresses: readonly string[];
}

export interface Phone {
  readonly phone_id: string;
  readonly label: string;
  readonly paired_at: number;
  readonly last_seen_at: number | null;
  readonly online: boolean;
}

export interface Phones {
  readonly phones: readonly Phone[];
  readonly relay: string;
}

export interface AuditLine {
  readonly at: number;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly name?: string;
  readonly program?: string;
  readonly file?: string;
}

export interface SharedValue {
  readonly key: string;
  readonly version: number;
  readonly size_bytes: number;
  readonly author: string;
  readonly updated_at: number;
  readonly expires_at?: number;
  readonly value?: string;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly from: string;
  readonly from_id: string;
  readonly type: string;
  readonly subject?: string;
  readonly body: string;
  readonly received_at: number;
  readonly state: string;
}

export interface SentMessage {
  readonly id: string;
  readonly to: string;
  readonly type: string;
  readonly subject?: string;
  readonly body: string;
  readonly created_at: number;
  readonly state: string;
  readonly problem?: string;
}

export interface Task {
  readonly id: string;
  readonly queue: string;
  readonly title: string;
  readonly state: string;
  readonly author: string;
  readonly changed_at: number;
  readonly worker?: string;
  readonly worker_peer?: string;
  readonly progress?: string;
  readonly error?: string;
  readonly body?: string;
  readonly result?: string;
}

/** The answers of the exchange by operation (docs/exchange.md). */
export interface Answers {
  "context.list": { readonly entries: readonly SharedValue[]; readonly next?: string };
  "context.get": SharedValue;
  "context.set": SharedValue;
  "context.delete": SharedValue;
  "message.inbox": { readonly messages: readonly ReceivedMessage[]; readonly next?: number };
  "message.read": ReceivedMessage;
  "message.acknowledge": object;
  "message.outbox": { readonly messages: readonly SentMessage[]; readonly next?: number };
  "message.send": SentMessage;
  "task.list": { readonly tasks: readonly Task[]; readonly next?: number };
  "task.show": Task;
  "task.add": Task;
  "task.cancel": Task;
}
