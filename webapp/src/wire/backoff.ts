/** When to try again: full jitter over a growing range. */
import {
  BACKOFF_BASE_SECONDS,
  BACKOFF_CAP_SECONDS,
  BACKOFF_RESET_AFTER_SECONDS,
} from "../../../relay/src/wire/limits.ts";

/** Delays between attempts to connect; `random` returns a number in [0, 1). */
export class Backoff {
  readonly #random: () => number;
  #attempt = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Return how long to wait now, and widen the range for the next time. */
  nextDelaySeconds(): number {
    const ceiling = Math.min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2 ** Math.min(this.#attempt, 16));
    this.#attempt += 1;
    return this.#random() * ceiling;
  }

  /** Start afresh after a connection that stayed up. */
  connectionEnded(lastedSeconds: number): void {
    if (lastedSeconds >= BACKOFF_RESET_AFTER_SECONDS) this.#attempt = 0;
  }
}
