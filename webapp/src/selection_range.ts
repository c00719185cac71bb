/** A selection as a range of cells: the word it starts with, and what becomes of it when a finger moves an end. */
import type { Cell } from "./terminal_text.ts";

/** From one cell up to another; `end` is the cell after the last one, at most one past the end of its row. */
export interface CellRange {
  readonly start: Cell;
  readonly end: Cell;
}

export type RangeEnd = "start" | "end";

/** What separates words: paths, addresses and options stay whole. */
const SEPARATORS = new Set(" \t()[]{}<>\"'`|,;│─");

/** Return where the word at a place of a text begins and ends; on a blank the nearest word before it, or after it. */
export function wordAt(text: string, index: number): { readonly from: number; readonly to: number } | null {
  const isPart = (at: number): boolean => at >= 0 && at < text.length && !SEPARATORS.has(text[at] ?? " ");
  let inside = Math.min(index, text.length - 1);
  while (inside >= 0 && !isPart(inside)) inside -= 1;
  if (inside < 0) {
    inside = index;
    while (inside < text.length && !isPart(inside)) inside += 1;
    if (inside >= text.length) return null;
  }
  let [from, to] = [inside, inside + 1];
  while (isPart(from - 1)) from -= 1;
  while (isPart(to)) to += 1;
  return { from, to };
}

/** Return the cells that a range covers, in a terminal of `cols` columns. */
export function rangeLength({ start, end }: CellRange, cols: number): number {
  return (end.row - start.row) * cols + end.col - start.col;
}

/** Return the range with one end at the cell under a finger; dragged past the other end, it goes on from there. */
export function withEndAt(range: CellRange, moved: RangeEnd, cell: Cell): CellRange {
  return moved === "start" ? reaching(lastOf(range), cell) : reaching(range.start, cell);
}

/** Return the range from what was selected first to the cell under the finger, which both are part of it. */
export function extendedTo(first: CellRange, cell: Cell): CellRange {
  const after = { row: cell.row, col: cell.col + 1 };
  return {
    start: isBefore(cell, first.start) ? cell : first.start,
    end: isBefore(first.end, after) ? after : first.end,
  };
}

/** Return which end is at the cell under the finger after `withEndAt`. */
export function endAfter(range: CellRange, moved: RangeEnd, cell: Cell): RangeEnd {
  if (moved === "start") return isBefore(lastOf(range), cell) ? "end" : "start";
  return isBefore(cell, range.start) ? "start" : "end";
}

function reaching(one: Cell, other: Cell): CellRange {
  const [first, last] = isBefore(other, one) ? [other, one] : [one, other];
  return { start: first, end: { row: last.row, col: last.col + 1 } };
}

function lastOf({ end }: CellRange): Cell {
  return { row: end.row, col: Math.max(0, end.col - 1) };
}

function isBefore(left: Cell, right: Cell): boolean {
  return left.row < right.row || (left.row === right.row && left.col < right.col);
}
