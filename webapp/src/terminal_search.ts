/** Search in a terminal's screen and scrollback: marks what it finds, and goes from one place to the next. */
import type { IDecoration, Terminal } from "@xterm/xterm";
import type { TerminalGrid } from "./terminal_grid.ts";
import { type Cell, cellOf, type TextLine, wholeLines } from "./terminal_text.ts";
import {
  findMatches,
  lastMatchBefore,
  type Match,
  matchesAround,
  type Query,
  steppedMatch,
} from "./text_matches.ts";

/** Marks cost time in every frame: this many around the present one are drawn, all are counted. */
const MAX_MARKED = 300;
const REFRESH_MILLISECONDS = 250;
/** So few matches from the oldest one, older lines are asked for. */
const NEAR_OLDEST_MATCHES = 3;
/** Both colours of a mark are set, so that it can be read in every palette. */
const MARK = { backgroundColor: "#f2d98c", foregroundColor: "#1a1408" };
const PRESENT_MARK = { backgroundColor: "#ff9d2e", foregroundColor: "#000000" };

export interface SearchEvents {
  /** Another match is the present one. */
  moved(): void;
  /** There are few matches above it: older lines are wanted. */
  nearOldest(): void;
}

export interface SearchState {
  readonly count: number;
  /** Which match is the present one, from zero; -1 if there is none. */
  readonly current: number;
}

export class TerminalSearch {
  readonly #terminal: Terminal;
  readonly #grid: TerminalGrid;
  readonly #events: SearchEvents;
  #query: Query = { text: "", matchCase: false };
  #lines: readonly TextLine[] = [];
  #matches: readonly Match[] = [];
  #current = -1;
  #decorations: IDecoration[] = [];
  #present: IDecoration | null = null;
  #changed: (state: SearchState) => void = () => undefined;
  #stop: (() => void) | null = null;

  constructor(terminal: Terminal, grid: TerminalGrid, events: SearchEvents) {
    this.#terminal = terminal;
    this.#grid = grid;
    this.#events = events;
  }

  /** The row of the buffer on which the present match is; null while there is none. */
  get presentRow(): number | null {
    return this.#present === null ? null : this.#present.marker.line;
  }

  /** Begin a search; `changed` hears of its results until it is closed. */
  open(changed: (state: SearchState) => void): void {
    this.close();
    this.#changed = changed;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const parsed = this.#terminal.onWriteParsed(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        this.#refresh();
      }, REFRESH_MILLISECONDS);
    });
    this.#stop = () => {
      parsed.dispose();
      clearTimeout(timer);
    };
  }

  /** Search for this from the end of what is shown, upwards. */
  find(query: Query): void {
    this.#query = query;
    this.#read();
    const { viewportY } = this.#terminal.buffer.active;
    const below = this.#lines.findIndex(({ row }) => row >= viewportY + this.#terminal.rows);
    this.#current = lastMatchBefore(this.#matches, below < 0 ? this.#lines.length : below, 0);
    this.#show(true);
  }

  /** Go to the match that is `steps` further down, or up if that is negative. */
  step(steps: number): void {
    this.#refresh();
    this.#current = steppedMatch(this.#current, steps, this.#matches.length);
    this.#show(true);
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
    this.#query = { text: "", matchCase: false };
    this.#unmark();
  }

  #read(): void {
    this.#lines = this.#query.text === "" ? [] : wholeLines(this.#terminal.buffer.active);
    this.#matches = findMatches(this.#lines, this.#query);
  }

  /** Look again in what is there now; the present match stays the same one, wherever its row has moved. */
  #refresh(): void {
    if (this.#query.text === "") return;
    const was = this.#matches[this.#current];
    const row = this.#present?.marker.line ?? -1;
    this.#read();
    const same = this.#matches.findIndex(
      (match) => match.from === was?.from && this.#cellOf(match).row === row,
    );
    this.#current = same >= 0 ? same : Math.min(Math.max(this.#current, 0), this.#matches.length - 1);
    this.#show(false);
  }

  #show(scrolls: boolean): void {
    this.#unmark();
    const { first, matches } = matchesAround(this.#matches, this.#current, MAX_MARKED);
    for (const [index, match] of matches.entries()) this.#mark(match, first + index === this.#current);
    const present = this.#matches[this.#current];
    if (scrolls && present !== undefined) this.#scrollTo(this.#cellOf(present).row);
    this.#events.moved();
    this.#changed({ count: this.#matches.length, current: this.#current });
    if (this.#current < NEAR_OLDEST_MATCHES && this.#query.text !== "") this.#events.nearOldest();
  }

  /** Bring a row to the middle, unless it is in sight. */
  #scrollTo(row: number): void {
    const { viewportY } = this.#terminal.buffer.active;
    const { first, last } = this.#grid.shownRows;
    if (row >= viewportY + first && row <= viewportY + last) return;
    this.#terminal.scrollToLine(Math.max(0, row - Math.floor((first + last) / 2)));
  }

  #mark(match: Match, isPresent: boolean): void {
    const [from, last] = [this.#cellOf(match), this.#cellOf({ ...match, from: match.to - 1 })];
    for (let row = from.row; row <= last.row; row += 1) {
      const x = row === from.row ? from.col : 0;
      const end = row === last.row ? last.col + 1 : this.#terminal.cols;
      const { baseY, cursorY } = this.#terminal.buffer.active;
      const marker = this.#terminal.registerMarker(row - baseY - cursorY);
      if (marker === undefined) return;
      const colours = isPresent ? PRESENT_MARK : MARK;
      const made = this.#terminal.registerDecoration({ marker, x, width: end - x, layer: "top", ...colours });
      if (made === undefined) return;
      this.#decorations.push(made);
      if (isPresent && row === from.row) this.#present = made;
    }
  }

  #unmark(): void {
    for (const { marker } of this.#decorations) marker.dispose(); // the decoration goes with it
    this.#decorations = [];
    this.#present = null;
  }

  #cellOf({ line, from }: Match): Cell {
    const at = this.#lines[line];
    return at === undefined ? { row: 0, col: 0 } : cellOf(this.#terminal.buffer.active, at, from);
  }
}
