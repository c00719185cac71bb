/** Links on a terminal's screen: those that programs made (OSC 8), and addresses that are written out. */
import type { IBufferCell, ILink, Terminal } from "@xterm/xterm";
import { allowedTarget, type Link, linksInText } from "./links.ts";
import { type Cell, cellOf, indexOf, lineAt } from "./terminal_text.ts";

/** What xterm.js knows of a cell's link and tells nobody. */
interface CellInside {
  readonly extended?: { readonly urlId?: number };
}

interface Inside {
  readonly _oscLinkService?: { getLinkData(id: number): { readonly uri: string } | undefined };
}

/** Return the link on a cell of the buffer; null where none is that may be opened. */
export function linkAt(terminal: Terminal, cell: Cell): Link | null {
  const made = madeLinkAt(terminal, cell);
  if (made !== null) return made;
  const buffer = terminal.buffer.active;
  const line = lineAt(buffer, cell.row);
  const index = indexOf(buffer, line, cell);
  return linksInText(line.text).find(({ from, to }) => index >= from && index < to) ?? null;
}

/**
 * Let a mouse point at links. `opened` is called with what was clicked, but not while the program follows the mouse,
 * unless Shift says that the click is not for the program.
 */
export function followLinks(terminal: Terminal, opened: (link: Link) => void): void {
  const open = (event: MouseEvent, link: Link): void => {
    const isForProgram = terminal.modes.mouseTrackingMode !== "none" && !event.shiftKey;
    if (!isForProgram && !terminal.hasSelection()) opened(link);
  };
  terminal.options.linkHandler = {
    allowNonHttpProtocols: true, // they are looked at below
    activate: (event, address, { start }) => {
      const link = madeLinkAt(terminal, { row: start.y - 1, col: start.x - 1 });
      if (link !== null && link.target === allowedTarget(address)) open(event, link);
    },
  };
  terminal.registerLinkProvider({
    provideLinks: (y, found) => found(writtenLinks(terminal, y - 1, open)),
  });
}

function writtenLinks(
  terminal: Terminal,
  row: number,
  open: (event: MouseEvent, link: Link) => void,
): ILink[] {
  const buffer = terminal.buffer.active;
  const line = lineAt(buffer, row);
  return linksInText(line.text).map((link) => {
    const [start, last] = [cellOf(buffer, line, link.from), cellOf(buffer, line, link.to - 1)];
    return {
      text: link.text,
      range: { start: { x: start.col + 1, y: start.row + 1 }, end: { x: last.col + 1, y: last.row + 1 } },
      activate: (event) => open(event, link),
    };
  });
}

/** Return the link that a program made of a cell and its neighbours in the row. */
function madeLinkAt(terminal: Terminal, { row, col }: Cell): Link | null {
  const line = terminal.buffer.active.getLine(row);
  const idAt = (at: number): number => urlIdOf(line?.getCell(at));
  const id = idAt(col);
  if (line === undefined || id === 0) return null;
  const inside = (terminal as unknown as { readonly _core: Inside })._core;
  const target = allowedTarget(inside._oscLinkService?.getLinkData(id)?.uri ?? "");
  if (target === null) return null;
  let [from, to] = [col, col + 1];
  while (from > 0 && idAt(from - 1) === id) from -= 1;
  while (to < line.length && idAt(to) === id) to += 1;
  return { text: line.translateToString(true, from, to), target };
}

function urlIdOf(cell: IBufferCell | undefined): number {
  return (cell as CellInside | undefined)?.extended?.urlId ?? 0;
}
