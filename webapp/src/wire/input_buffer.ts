/** What the user typed in one session until the daemon has it: each byte goes to the program once, in order. */
import { type Bytes, concatenate, EMPTY } from "./bytes.ts";
import { violation } from "./errors.ts";
import { INPUT_WINDOW_BYTES, MAX_STREAM_DATA_BYTES } from "./limits.ts";

export interface InputPiece {
  readonly offset: number;
  readonly data: Bytes;
}

/**
 * One client's input stream of one session, which outlives connections.
 * `unacknowledged` begins at `#base`; what is before `#sent` went out on the present attachment, and what is
 * before `#everSent` on some attachment, so that only what is behind it can be taken back.
 */
export class InputBuffer {
  #base = 0;
  #unacknowledged: Bytes = EMPTY;
  #sent = 0;
  #everSent = 0;
  #limitBytes = INPUT_WINDOW_BYTES;

  get unacknowledged(): Bytes {
    return this.#unacknowledged;
  }

  get end(): number {
    return this.#base + this.#unacknowledged.length;
  }

  /** Take over the daemon's limit for input that waits. */
  setLimit(limitBytes: number): void {
    this.#limitBytes = limitBytes;
  }

  /** Keep what was typed; false, and nothing kept, if too much waits already. */
  append(data: Bytes): boolean {
    if (this.#unacknowledged.length + data.length > this.#limitBytes) return false;
    this.#unacknowledged = concatenate(this.#unacknowledged, data);
    return true;
  }

  /** Begin an attachment on which the daemon has seen `inputSeen` bytes: the rest is to be sent again. */
  attached(inputSeen: number): void {
    if (inputSeen > this.end) throw violation("the daemon has seen input that was never typed");
    if (inputSeen < this.#base) {
      // the daemon has forgotten this client, so it counts from anew
      const shift = this.#base - inputSeen;
      this.#base -= shift;
      this.#everSent -= shift;
    }
    this.#sent = inputSeen;
    this.acknowledge(inputSeen);
  }

  /** Forget what was handed to the program's terminal. */
  acknowledge(offset: number): void {
    if (offset > this.end) throw violation("input was acknowledged that was never typed");
    if (offset <= this.#base) return;
    this.#unacknowledged = this.#unacknowledged.slice(offset - this.#base);
    this.#base = offset;
    this.#sent = Math.max(this.#sent, offset);
    this.#everSent = Math.max(this.#everSent, offset);
  }

  /** Return the next piece to send on the present attachment, or null if all was sent. */
  nextPiece(): InputPiece | null {
    if (this.#sent >= this.end) return null;
    const from = this.#sent - this.#base;
    const data = this.#unacknowledged.slice(from, from + MAX_STREAM_DATA_BYTES);
    const offset = this.#sent;
    this.#sent += data.length;
    this.#everSent = Math.max(this.#everSent, this.#sent);
    return { offset, data };
  }

  /** Take back what was never sent on any connection, and return it. */
  discardUnsent(): Bytes {
    const keep = this.#everSent - this.#base;
    const discarded = this.#unacknowledged.slice(keep);
    this.#unacknowledged = this.#unacknowledged.slice(0, keep);
    return discarded;
  }

  /** Give up all that was not acknowledged, since the program has ended, and return it; what was typed stays counted. */
  abandon(): Bytes {
    const abandoned = this.#unacknowledged;
    this.#base = this.end;
    this.#unacknowledged = EMPTY;
    this.#sent = this.#base;
    this.#everSent = this.#base;
    return abandoned;
  }
}
