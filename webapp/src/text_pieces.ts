/** Cuts a long text into pieces that a browser can leave undrawn while they are out of sight. */
import { cellWidth } from "./text_width.ts";

const PIECE_LINES = 100;

/** Some lines that follow each other. */
export interface TextPiece<Line> {
  /** Stays the same when lines are put above or below. */
  readonly key: number;
  /** The place of the first line in the whole text. */
  readonly first: number;
  readonly lines: readonly Line[];
}

/** Cut lines into pieces; `firstNumber` is the first line's, which falls by one for each line put above. */
export function piecesOf<Line>(lines: readonly Line[], firstNumber: number): TextPiece<Line>[] {
  const pieces: TextPiece<Line>[] = [];
  for (let first = 0; first < lines.length; ) {
    const key = Math.floor((firstNumber + first) / PIECE_LINES);
    const end = (key + 1) * PIECE_LINES - firstNumber;
    pieces.push({ key, first, lines: lines.slice(first, end) });
    first = end;
  }
  return pieces;
}

/** Return how many rows the lines take where `cols` cells are side by side. */
export function rowsOf(lines: readonly { readonly text: string }[], cols: number): number {
  return lines.reduce((rows, { text }) => rows + Math.max(1, Math.ceil(cellWidth(text) / cols)), 0);
}
