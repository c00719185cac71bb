/** What a connection needs from its surroundings, and whom it tells what. */
import type { SecureLinkEvents } from "./secure_link.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { SavedCommand } from "./wire/commands.ts";
import type { BlobFrame, StreamFrame } from "./wire/frames.ts";
import type { StreamMessage, Welcome } from "./wire/messages.ts";
import type { TransferMessage } from "./wire/transfers.ts";

/** What one attachment gets of its stream. */
export interface StreamListener {
  frame(frame: StreamFrame): void;
  message(message: StreamMessage): void;
}

/** What one transfer gets. */
export interface TransferListener {
  blob(frame: BlobFrame): void;
  message(message: TransferMessage): void;
}

export interface ConnectionEvents {
  changed(): void;
  /** A channel has begun: requests may be sent, although the welcome, the first of the answers, is not here yet. */
  greeted(): void;
  welcomed(welcome: Welcome): void;
  /** Somebody changed the saved commands. */
  commandsChanged(commands: readonly SavedCommand[]): void;
  /** The channel is gone, and with it every stream. */
  lost(): void;
}

/** Carries messages, once it has said `established`, until it has said `ended`. */
export interface MessageLink {
  /** Send a message; without a channel it is dropped. */
  send(message: Bytes): void;
  /** Demand a sign of life within the deadline, or end. */
  probe(deadlineSeconds: number): void;
  /** End now, and say so. */
  drop(code: number): void;
}

export interface Surroundings {
  readonly relayOrigin: string;
  readonly client: Bytes;
  readonly app: string;
  isVisible(): boolean;
  isOnline(): boolean;
  /** Opens a link to the machine itself, where that is not reached through the relay. */
  openLink?(events: SecureLinkEvents): MessageLink;
}
