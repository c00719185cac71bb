/** What a connection needs from its surroundings, and whom it tells what. */
import type { Bytes } from "./wire/bytes.ts";
import type { StreamFrame } from "./wire/frames.ts";
import type { StreamMessage, Welcome } from "./wire/messages.ts";

/** What one attachment gets of its stream. */
export interface StreamListener {
  frame(frame: StreamFrame): void;
  message(message: StreamMessage): void;
}

export interface ConnectionEvents {
  changed(): void;
  welcomed(welcome: Welcome): void;
  /** The channel is gone, and with it every stream. */
  lost(): void;
}

export interface Surroundings {
  readonly relayOrigin: string;
  readonly client: Bytes;
  readonly app: string;
  isVisible(): boolean;
  isOnline(): boolean;
}
