/** How scrolling goes on when the finger has left: ever slower, the same on screens of every rate. */

/** What is left of the speed after a millisecond. */
const FRICTION = 0.998;
const STOP_PIXELS_PER_MILLISECOND = 0.03;
/** The newest move counts for this much of the speed. */
const NEWEST_SHARE = 0.7;
/** A finger that rested before it left does not throw. */
const MAX_REST_MILLISECONDS = 60;

export class Momentum {
  #speed = 0;
  #lastMove = Number.NEGATIVE_INFINITY;

  /** Begin with a finger that rests. */
  rest(milliseconds: number): void {
    this.#speed = 0;
    this.#lastMove = milliseconds;
  }

  /** The finger has moved by this many pixels. */
  move(pixels: number, milliseconds: number): void {
    const elapsed = Math.max(1, milliseconds - this.#lastMove);
    this.#speed = NEWEST_SHARE * (pixels / elapsed) + (1 - NEWEST_SHARE) * this.#speed;
    this.#lastMove = milliseconds;
  }

  /** The finger has left; returns whether the movement goes on. */
  release(milliseconds: number): boolean {
    if (milliseconds - this.#lastMove > MAX_REST_MILLISECONDS) this.#speed = 0;
    return this.isMoving;
  }

  get isMoving(): boolean {
    return Math.abs(this.#speed) > STOP_PIXELS_PER_MILLISECOND;
  }

  /** Return how far it goes in the next milliseconds. */
  glide(milliseconds: number): number {
    const kept = FRICTION ** milliseconds;
    const pixels = (this.#speed * (kept - 1)) / Math.log(FRICTION);
    this.#speed *= kept;
    return pixels;
  }
}
