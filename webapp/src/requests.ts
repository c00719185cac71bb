/** Requests that wait for the reply with their number. */
import type { DaemonMessage } from "./wire/messages.ts";

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Called at once when the reply is read, so that what follows it finds everything in place. */
export interface ReplyHandler {
  replied(message: DaemonMessage): void;
  failed(failure: Failure): void;
}

export class Requests {
  readonly #waiting = new Map<number, ReplyHandler>();
  #lastId = 0;

  /** Return the number for a new request. */
  add(handler: ReplyHandler): number {
    this.#lastId = (this.#lastId + 1) % 0x1_0000_0000;
    this.#waiting.set(this.#lastId, handler);
    return this.#lastId;
  }

  settle(message: DaemonMessage): void {
    if (!("id" in message) || message.id === null) return;
    const handler = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === "error") handler?.failed(message);
    else handler?.replied(message);
  }

  failAll(failure: Failure): void {
    const handlers = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const handler of handlers) handler.failed(failure);
  }
}
