/** Tells what one finger does: a tap, a second one, a drag, a long press, or a swipe from the edge of the screen. */

/** Where a finger is in the window, in pixels, and when, in milliseconds. */
export interface Touched {
  readonly x: number;
  readonly y: number;
  readonly time: number;
}

export type Moved = "nothing" | "drag_begins" | "drag" | "hold" | "edge";
export type Lifted = "nothing" | "tap" | "double_tap" | "drag" | "hold" | "edge";

type State = "up" | "pressed" | "wandering" | "dragging" | "holding" | "edge" | "ignored";

const TAP_SLOP_PIXELS = 8;
const DOUBLE_TAP_MILLISECONDS = 300;
const DOUBLE_TAP_PIXELS = 24;
const EDGE_PIXELS = 24;

/** How long a finger rests until that is a long press. */
export const HOLD_MILLISECONDS = 450;

export class TouchGesture {
  #state: State = "up";
  #start: Touched = { x: 0, y: 0, time: 0 };
  #lastTap: Touched | null = null;

  /** How far the finger has come to the right since it went down. */
  #across = 0;

  get across(): number {
    return this.#across;
  }

  /** One finger went down; one that stops what still moves does nothing else. */
  down(touched: Touched, stopsMovement: boolean): void {
    this.#start = touched;
    this.#across = 0;
    this.#state = stopsMovement ? "wandering" : "pressed";
  }

  /** Another finger came: what they do together is followed elsewhere. */
  ignore(): void {
    this.#state = "ignored";
  }

  move({ x, y }: Touched): Moved {
    const [across, along] = [x - this.#start.x, y - this.#start.y];
    this.#across = across;
    switch (this.#state) {
      case "pressed":
      case "wandering": {
        if (Math.hypot(across, along) < TAP_SLOP_PIXELS) return "nothing";
        if (this.#start.x < EDGE_PIXELS && this.#state === "pressed" && across > 2 * Math.abs(along)) {
          this.#state = "edge";
          return "edge";
        }
        this.#state = "wandering";
        if (Math.abs(along) < TAP_SLOP_PIXELS) return "nothing";
        this.#state = "dragging";
        return "drag_begins";
      }
      case "dragging":
        return "drag";
      case "holding":
        return "hold";
      case "edge":
        return "edge";
      default:
        return "nothing";
    }
  }

  /** The finger has rested for `HOLD_MILLISECONDS`; returns whether that is a long press. */
  hold(): boolean {
    if (this.#state !== "pressed") return false;
    this.#state = "holding";
    return true;
  }

  up(touched: Touched): Lifted {
    const state = this.#state;
    this.#state = "up";
    switch (state) {
      case "pressed":
        return this.#tapped(touched);
      case "dragging":
        return "drag";
      case "holding":
        return "hold";
      case "edge":
        return "edge";
      default:
        return "nothing";
    }
  }

  #tapped(touched: Touched): Lifted {
    const before = this.#lastTap;
    const isSecond =
      before !== null &&
      touched.time - before.time <= DOUBLE_TAP_MILLISECONDS &&
      Math.hypot(touched.x - before.x, touched.y - before.y) <= DOUBLE_TAP_PIXELS;
    this.#lastTap = isSecond ? null : touched;
    return isSecond ? "double_tap" : "tap";
  }
}
