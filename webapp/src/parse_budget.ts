/** How long a terminal may parse before the next frame: drawing what was parsed has to fit in with it. */

/** Drawing has the rest. On a slow phone frames take longer, and so may the parser; one late frame changes nothing. */
const FRAME_SHARE = 0.15;
const LEAST_MILLISECONDS = 5;
const MOST_MILLISECONDS = 30;
/** Nothing moves on a screen that was quiet for so long, so that a late frame is not seen. */
const QUIET_MILLISECONDS = 100;
const QUIET_BUDGET_MILLISECONDS = 12;
/** So long after its first bytes were parsed, a frame is over in any case. */
const FRAME_MILLISECONDS = 16;

export class ParseBudget {
  #leftMilliseconds = 0;
  #frameBegan = Number.NEGATIVE_INFINITY;
  #began = 0;
  #ended = Number.NEGATIVE_INFINITY;

  /** Parsing begins, in the frame after the last one if `isNextFrame`, else after a pause. */
  begin(now: number, isNextFrame: boolean): void {
    const frameMilliseconds = now - this.#frameBegan;
    if (isNextFrame || frameMilliseconds >= FRAME_MILLISECONDS) {
      const isQuiet = !isNextFrame && now - this.#ended >= QUIET_MILLISECONDS;
      this.#leftMilliseconds = isQuiet ? QUIET_BUDGET_MILLISECONDS : budgetFor(frameMilliseconds);
      this.#frameBegan = now;
    }
    this.#began = now;
  }

  /** Whether more is for the next frame. */
  isSpent(now: number): boolean {
    return now - this.#began >= this.#leftMilliseconds;
  }

  /** Parsing has come to an end, for this frame or for a while. */
  end(now: number): void {
    this.#leftMilliseconds -= now - this.#began;
    this.#ended = now;
  }
}

function budgetFor(frameMilliseconds: number): number {
  return Math.min(MOST_MILLISECONDS, Math.max(LEAST_MILLISECONDS, FRAME_SHARE * frameMilliseconds));
}
