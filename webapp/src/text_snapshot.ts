/** The text of a terminal at a moment, with numbers for its lines that stay theirs while others come and go above. */
import type { TextLine } from "./terminal_text.ts";

export interface TextSnapshot {
  readonly lines: readonly TextLine[];
  /** The number of the first line: lower by one for each line that came above, higher for each that went. */
  readonly firstNumber: number;
}

/**
 * Return the next snapshot. `before` is where a line of the former one was, `now` the row on which it is; if it is
 * gone (-1), numbers begin anew.
 */
export function nextSnapshot(
  former: TextSnapshot,
  lines: readonly TextLine[],
  before: number,
  now: number,
): TextSnapshot {
  if (now < 0) return { lines, firstNumber: 0 };
  const came = lineOnRow(lines, now) - lineOnRow(former.lines, before);
  return { lines, firstNumber: former.firstNumber - came };
}

/** Return which line has a part on a row; past the end, how many lines there are, as if each further row were one. */
export function lineOnRow(lines: readonly TextLine[], row: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    if (line !== undefined && line.row + line.rows <= row) low = middle + 1;
    else high = middle;
  }
  const last = lines.at(-1);
  if (low < lines.length || last === undefined) return low;
  return lines.length + row - (last.row + last.rows);
}

/** Return the lines as one text. */
export function textOf(lines: readonly { readonly text: string }[]): string {
  return lines
    .map(({ text }) => text)
    .join("\n")
    .trimEnd();
}
