/** What is selected in a terminal: made by a finger, moved by its ends, read as text. */
import type { Terminal } from "@xterm/xterm";
import {
  type CellRange,
  endAfter,
  extendedTo,
  type RangeEnd,
  rangeLength,
  withEndAt,
  wordAt,
} from "./selection_range.ts";
import { type Cell, cellOf, indexOf, lineAt } from "./terminal_text.ts";

export class TerminalSelection {
  readonly #terminal: Terminal;
  /** The word that a long press selected, from which a moving finger extends the selection. */
  #word: CellRange | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The cells that are selected; null if none are. */
  get range(): CellRange | null {
    const position = this.#terminal.getSelectionPosition();
    if (position === undefined) return null;
    const { start, end } = position;
    return { start: { row: start.y, col: start.x }, end: { row: end.y, col: end.x } };
  }

  /** What is selected, as text; lines that the terminal wrapped are whole. */
  get text(): string {
    return this.#terminal.getSelection();
  }

  /** Select the word at a cell, or the nearest one of its line; false where the line has none. */
  selectWord(cell: Cell): boolean {
    const buffer = this.#terminal.buffer.active;
    const line = lineAt(buffer, cell.row);
    const word = wordAt(line.text, indexOf(buffer, line, cell));
    if (word === null) return false;
    const last = cellOf(buffer, line, word.to - 1);
    const width = buffer.getLine(last.row)?.getCell(last.col)?.getWidth() ?? 1;
    this.#word = { start: cellOf(buffer, line, word.from), end: { row: last.row, col: last.col + width } };
    this.#select(this.#word);
    return true;
  }

  /** Extend the selection from the word that it began with to a cell. */
  extendTo(cell: Cell): void {
    if (this.#word !== null) this.#select(extendedTo(this.#word, cell));
  }

  /** Put one end at a cell; returns which end that is then. */
  moveEnd(moved: RangeEnd, cell: Cell): RangeEnd {
    const range = this.range;
    if (range === null) return moved;
    this.#select(withEndAt(range, moved, cell));
    return endAfter(range, moved, cell);
  }

  selectAll(): void {
    this.#terminal.selectAll();
  }

  clear(): void {
    this.#word = null;
    this.#terminal.clearSelection();
  }

  /** Hear of another selection, or of its place on the screen; returns how to stop. */
  onChange(changed: () => void): () => void {
    const disposables = [this.#terminal.onSelectionChange(changed), this.#terminal.onRender(changed)];
    return () => {
      for (const disposable of disposables) disposable.dispose();
    };
  }

  #select(range: CellRange): void {
    this.#terminal.select(range.start.col, range.start.row, rangeLength(range, this.#terminal.cols));
  }
}
