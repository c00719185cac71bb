/** How much of a file may be under way: as much as keeps the path busy, and hardly more, so that keys do not wait. */
import { violation } from "./errors.ts";
import {
  BLOB_MEASURE_SECONDS,
  BLOB_QUEUE_SECONDS,
  LEAST_BLOB_BYTES,
  LEAST_BLOB_WINDOW_BYTES,
  MAX_BLOB_BYTES,
} from "./limits.ts";

const LEAST_DELAY_SECONDS = 1e-6;

interface Sent {
  readonly end: number;
  readonly atSeconds: number;
  readonly underWayBytes: number;
}

/**
 * The sender's side of one transfer, from `offset` on; times in seconds of any steady clock.
 * While there is hardly a queue, the window grows with every acknowledgement. Then, once in a round trip, it becomes
 * what would have made a queue of 30 ms: what was under way, times the least delay plus 30 ms, over the delay now.
 * Messages are small beside the window, or the time that one takes would look like a queue.
 */
export class BlobWindow {
  sent: number;
  acknowledged: number;
  windowBytes: number = LEAST_BLOB_WINDOW_BYTES;
  readonly #mostBytes: number;
  /** 0 once there was a queue. */
  #growsUntilBytes: number;
  #messages: Sent[] = [];
  #leastDelaySeconds = Number.POSITIVE_INFINITY;
  #measuredAtSeconds: number | null = null;
  /** What the window was, while the least delay is measured anew. */
  #windowBefore: number | null = null;
  #round: { endsBehind: number; delaySeconds: number; underWayBytes: number };

  constructor(offset: number, mostBytes: number) {
    this.sent = offset;
    this.acknowledged = offset;
    this.#mostBytes = mostBytes;
    this.#growsUntilBytes = mostBytes;
    this.#round = this.#newRound();
  }

  /** How much the next message may carry; it must wait if this is more than `roomBytes`. */
  get messageBytes(): number {
    return Math.min(Math.max(Math.floor(this.windowBytes / 16), LEAST_BLOB_BYTES), MAX_BLOB_BYTES);
  }

  /** How much more may be under way now. */
  get roomBytes(): number {
    return Math.max(this.windowBytes - (this.sent - this.acknowledged), 0);
  }

  recordSent(countBytes: number, nowSeconds: number): void {
    this.#measuredAtSeconds ??= nowSeconds;
    this.sent += countBytes;
    const underWayBytes = this.sent - this.acknowledged;
    this.#messages.push({ end: this.sent, atSeconds: nowSeconds, underWayBytes });
  }

  /** The receiver has what lies before `offset`; WireError if that was never sent. */
  acknowledge(offset: number, nowSeconds: number): void {
    if (offset > this.sent) throw violation("an acknowledgement of what was never sent");
    const countBytes = offset - this.acknowledged;
    this.acknowledged = Math.max(this.acknowledged, offset);
    const known = this.#messages.findIndex(({ end }) => end > offset);
    const done = this.#messages.splice(0, known < 0 ? this.#messages.length : known);
    const newest = done.at(-1);
    if (newest === undefined) return;
    const delaySeconds = nowSeconds - newest.atSeconds;
    const isOfRound = newest.end > this.#round.endsBehind;
    if (this.#windowBefore !== null) {
      if (isOfRound) this.#measured(this.#windowBefore, delaySeconds, nowSeconds);
      return;
    }
    this.#leastDelaySeconds = Math.min(this.#leastDelaySeconds, delaySeconds);
    // of a round the least counts: a late one may be jitter
    this.#round.delaySeconds = Math.min(this.#round.delaySeconds, delaySeconds);
    this.#round.underWayBytes = Math.max(this.#round.underWayBytes, newest.underWayBytes);
    this.#grow(countBytes);
    if (isOfRound) this.#endRound(nowSeconds);
  }

  #grow(countBytes: number): void {
    // the first of a round tells: those behind it waited for it, too
    if (this.#round.delaySeconds - this.#leastDelaySeconds > BLOB_QUEUE_SECONDS / 2) {
      this.#growsUntilBytes = 0;
    } else if (this.windowBytes < this.#growsUntilBytes) {
      this.windowBytes = Math.min(this.windowBytes + Math.floor(countBytes / 2), this.#mostBytes);
    }
  }

  #endRound(nowSeconds: number): void {
    const { delaySeconds, underWayBytes } = this.#round;
    if (this.windowBytes >= this.#growsUntilBytes) {
      const wantedSeconds = this.#leastDelaySeconds + BLOB_QUEUE_SECONDS;
      const wantedBytes = (underWayBytes * wantedSeconds) / Math.max(delaySeconds, LEAST_DELAY_SECONDS);
      const highestBytes = Math.min(this.windowBytes + LEAST_BLOB_WINDOW_BYTES, this.#mostBytes);
      this.windowBytes = Math.floor(Math.min(Math.max(wantedBytes, LEAST_BLOB_WINDOW_BYTES), highestBytes));
      const hasRoom = delaySeconds - this.#leastDelaySeconds < BLOB_QUEUE_SECONDS / 4;
      this.#growsUntilBytes = hasRoom ? Math.floor((this.windowBytes * 5) / 4) : 0;
    }
    this.#round = this.#newRound();
    if (nowSeconds - (this.#measuredAtSeconds ?? nowSeconds) >= BLOB_MEASURE_SECONDS) {
      // one message alone under way meets no queue of ours: the path may have become another
      this.#windowBefore = this.windowBytes;
      this.windowBytes = LEAST_BLOB_BYTES;
    }
  }

  /** Begin anew with the delay of a message that was alone, up to near the window that there was. */
  #measured(windowBefore: number, delaySeconds: number, nowSeconds: number): void {
    this.#growsUntilBytes = Math.floor((windowBefore * 7) / 8);
    this.windowBytes = LEAST_BLOB_WINDOW_BYTES;
    this.#windowBefore = null;
    this.#leastDelaySeconds = delaySeconds;
    this.#measuredAtSeconds = nowSeconds;
    this.#round = this.#newRound();
  }

  #newRound(): { endsBehind: number; delaySeconds: number; underWayBytes: number } {
    return { endsBehind: this.sent, delaySeconds: Number.POSITIVE_INFINITY, underWayBytes: 0 };
  }
}
