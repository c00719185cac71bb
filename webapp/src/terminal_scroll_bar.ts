/** Has xterm.js move its scroll bar once for all lines that were parsed at once: a move for each took most of the parsing. */
import type { Terminal } from "@xterm/xterm";

/** What of xterm.js moves the scroll bar: to a row, or to where the buffer stands. */
interface Inside {
  readonly _viewport?: { _sync?: (row?: number) => void };
}

/** `terminal` was opened. */
export function moveScrollBarOnce(terminal: Pick<Terminal, "element">): void {
  const viewport = (terminal as unknown as { readonly _core: Inside })._core._viewport;
  const move = viewport?._sync?.bind(viewport);
  if (viewport === undefined || move === undefined) return;
  let isDue = false;
  viewport._sync = (row) => {
    if (row !== undefined) {
      move(row);
      return;
    }
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      move();
    });
  };
}
