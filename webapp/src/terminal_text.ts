/** What a terminal holds as whole lines of text, and on which cell each of their characters is. */
import type { IBuffer, IBufferLine } from "@xterm/xterm";

/** A line of text, and the rows of the buffer over which the terminal wrapped it. */
export interface TextLine {
  readonly text: string;
  readonly row: number;
  readonly rows: number;
}

/** A cell: its row from the top of the buffer, its column from the left, both from zero. */
export interface Cell {
  readonly row: number;
  readonly col: number;
}

type Rows = Pick<IBuffer, "length" | "getLine">;

/** Return screen and scrollback; lines that the terminal wrapped are whole, empty ones at the end are left out. */
export function wholeLines(buffer: Rows): TextLine[] {
  const lines: TextLine[] = [];
  for (let row = 0; row < buffer.length; ) {
    const line = lineFrom(buffer, row);
    lines.push(line);
    row += line.rows;
  }
  const last = lines.findLastIndex(({ text }) => text.trimEnd() !== "");
  return lines.slice(0, last + 1);
}

/** Return the line that has a part in this row. */
export function lineAt(buffer: Rows, row: number): TextLine {
  let first = row;
  while (first > 0 && buffer.getLine(first)?.isWrapped) first -= 1;
  return lineFrom(buffer, first);
}

/** Return the cell of the character at `index` of a line's text; past its end, the cell after its last one. */
export function cellOf(buffer: Rows, line: TextLine, index: number): Cell {
  let left = index;
  for (let offset = 0; offset < line.rows; offset += 1) {
    const row = line.row + offset;
    const content = contentOf(buffer, row);
    if (left < content.length || offset === line.rows - 1) {
      return { row, col: columnOf(buffer.getLine(row), left) };
    }
    left -= content.length;
  }
  return { row: line.row, col: 0 };
}

/** Return the place in a line's text of the character on a cell; a cell without one has the nearest before it. */
export function indexOf(buffer: Rows, line: TextLine, cell: Cell): number {
  let index = 0;
  for (let row = line.row; row < cell.row; row += 1) index += contentOf(buffer, row).length;
  return index + lengthBefore(buffer.getLine(cell.row), cell.col);
}

function lineFrom(buffer: Rows, row: number): TextLine {
  let text = contentOf(buffer, row);
  let rows = 1;
  while (buffer.getLine(row + rows)?.isWrapped) {
    text += contentOf(buffer, row + rows);
    rows += 1;
  }
  return { text, row, rows };
}

/** Return a row's own text; of one that goes on in the next, blanks at its end are part of the line. */
function contentOf(buffer: Rows, row: number): string {
  const line = buffer.getLine(row);
  if (line === undefined) return "";
  const next = buffer.getLine(row + 1);
  const continues = next?.isWrapped ?? false;
  // a wide character that did not fit at the end of the row has left a cell without content there
  const leavesGap =
    continues && next?.getCell(0)?.getWidth() === 2 && !line.getCell(line.length - 1)?.getCode();
  return line.translateToString(!continues, 0, line.length - (leavesGap ? 1 : 0));
}

/** Return the column that begins the character at `index` of a row's text. */
function columnOf(line: IBufferLine | undefined, index: number): number {
  let seen = 0;
  const length = line?.length ?? 0;
  for (let col = 0; col < length; col += 1) {
    seen += lengthAt(line, col);
    if (seen > index) return col;
  }
  return length;
}

function lengthBefore(line: IBufferLine | undefined, col: number): number {
  let length = 0;
  for (let before = 0; before < col; before += 1) length += lengthAt(line, before);
  return length;
}

/** The second half of a wide character has no text, an empty cell counts as a blank. */
function lengthAt(line: IBufferLine | undefined, col: number): number {
  const cell = line?.getCell(col);
  if (cell === undefined || cell.getWidth() === 0) return 0;
  return cell.getChars().length || 1;
}
