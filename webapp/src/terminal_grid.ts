/** Where the cells of a terminal are on the screen. */
import type { Terminal } from "@xterm/xterm";
import type { Cell } from "./terminal_text.ts";

const FALLBACK_CELL_PIXELS = { width: 8, height: 16 };

export class TerminalGrid {
  readonly #host: HTMLElement;
  readonly #terminal: Terminal;

  constructor(host: HTMLElement, terminal: Terminal) {
    this.#host = host;
    this.#terminal = terminal;
  }

  /** The size of a cell in CSS pixels. */
  get cell(): { readonly width: number; readonly height: number } {
    // xterm.js says there how large its screen is: asking for the layout would have the browser make it in a flood
    const { width = "", height = "" } = this.screen?.style ?? {};
    const [widthPixels, heightPixels] = [Number.parseFloat(width), Number.parseFloat(height)];
    if (!(widthPixels > 0 && heightPixels > 0)) return FALLBACK_CELL_PIXELS;
    const { cols, rows } = this.#terminal;
    return { width: widthPixels / cols, height: heightPixels / rows };
  }

  /** The element of which the cells are parts. */
  get screen(): HTMLElement | null {
    return this.#host.querySelector<HTMLElement>(".xterm-screen");
  }

  /** Return the cell under a place of the window; outside the screen the nearest one. */
  cellAt(x: number, y: number): Cell {
    const { left, top } = (this.screen ?? this.#host).getBoundingClientRect();
    const { width, height } = this.cell;
    const { cols, rows } = this.#terminal;
    return {
      row: this.#terminal.buffer.active.viewportY + within((y - top) / height, rows),
      col: within((x - left) / width, cols),
    };
  }

  /** The rows of the screen that nothing covers, counted from its top. */
  get shownRows(): { readonly first: number; readonly last: number } {
    const around = this.#host.parentElement?.getBoundingClientRect();
    const screen = this.screen?.getBoundingClientRect();
    const last = this.#terminal.rows - 1;
    if (around === undefined || screen === undefined) return { first: 0, last };
    const { height } = this.cell;
    return {
      first: Math.max(0, Math.ceil((around.top - screen.top) / height)),
      last: Math.min(last, Math.floor((around.bottom - screen.top) / height) - 1),
    };
  }

  /** Return where the upper left corner of a cell is, from that of `origin`; rows that are out of sight are beyond it. */
  placeOf({ row, col }: Cell, origin: HTMLElement): { readonly x: number; readonly y: number } {
    const { left, top } = (this.screen ?? this.#host).getBoundingClientRect();
    const from = origin.getBoundingClientRect();
    const { width, height } = this.cell;
    const shownRow = row - this.#terminal.buffer.active.viewportY;
    return { x: left - from.left + col * width, y: top - from.top + shownRow * height };
  }
}

function within(place: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(place)));
}
