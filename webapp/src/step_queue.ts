/** The steps that wait for a terminal: done in order, and no faster than leaves each frame time to be drawn. */
import { ParseBudget } from "./parse_budget.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Size } from "./wire/messages.ts";
import type { Step } from "./wire/stream.ts";

/** Within a piece nothing stops the parser, which on a slow phone takes a millisecond for it. */
const PIECE_BYTES = 4_096;

/** What does the steps, one after the other. */
export interface StepTerminal {
  /** Call back as soon as there is time to parse. */
  ready(callback: () => void): void;
  /** Parse this; calls back once that is done. */
  write(data: Bytes, parsed: () => void): void;
  /** Begin anew. */
  reset(size: Size): void;
  resize(size: Size): void;
  /** Put rows above everything that the terminal has; calls back once that is done. */
  prepend(data: Bytes, done: () => void): void;
}

/** The frames of the screen on which the terminal is. */
export interface Frames {
  nowMilliseconds(): number;
  /** Call back in the next frame; soon where nothing is drawn. */
  next(callback: () => void): void;
}

interface Waiting {
  readonly step: Step;
  readonly done: () => void;
  parsedBytes: number;
  /** Nothing is left to do: it is done, or a reset follows, after which nobody could see it. */
  isOver: boolean;
}

export class StepQueue {
  readonly #terminal: StepTerminal;
  readonly #frames: Frames;
  readonly #budget = new ParseBudget();
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(terminal: StepTerminal, frames: Frames) {
    this.#terminal = terminal;
    this.#frames = frames;
  }

  /** Do a step after all former ones; `done` is called when it is done, or left out before a reset. */
  add(step: Step, done: () => void): void {
    if (step.do === "reset") for (const waiting of this.#waiting) waiting.isOver = true;
    this.#waiting.push({ step, done, parsedBytes: 0, isOver: false });
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#begin(false);
  }

  /** Forget all that is not done. */
  clear(): void {
    this.#waiting = [];
  }

  #begin(isNextFrame: boolean): void {
    this.#terminal.ready(() => {
      this.#budget.begin(this.#frames.nowMilliseconds(), isNextFrame);
      this.#advance();
    });
  }

  /** Do steps until one takes its time, the frame is full, or nothing waits. */
  #advance(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!next.isOver && !this.#doAtOnce(next)) return;
      this.#waiting.shift();
      next.done();
    }
    this.#isBusy = false;
    this.#budget.end(this.#frames.nowMilliseconds());
  }

  /** Whether the step is done now; if not, `#advance` is called when it may be. */
  #doAtOnce(next: Waiting): boolean {
    const { step } = next;
    switch (step.do) {
      case "reset":
        this.#terminal.reset(step);
        return true;
      case "resize":
        this.#terminal.resize(step);
        return true;
      case "prepend":
        this.#terminal.prepend(step.data, () => {
          next.isOver = true;
          this.#advance();
        });
        return false;
      case "write":
        if (next.parsedBytes >= step.data.length) return true;
        this.#parse(next, step.data);
        return false;
    }
  }

  #parse(next: Waiting, data: Bytes): void {
    const now = this.#frames.nowMilliseconds();
    if (this.#budget.isSpent(now)) {
      this.#budget.end(now);
      this.#frames.next(() => this.#begin(true));
      return;
    }
    const piece = data.subarray(next.parsedBytes, next.parsedBytes + PIECE_BYTES);
    this.#terminal.write(piece, () => {
      next.parsedBytes += piece.length;
      this.#advance();
    });
  }
}
