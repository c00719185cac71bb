/** Puts older lines above what a terminal holds, which xterm.js offers no way to do: the only place that knows its inside. */
import type { Terminal } from "@xterm/xterm";

/** Lines of one terminal's buffer: moved, not copied. */
interface Lines {
  readonly length: number;
  readonly maxLength: number;
  get(index: number): unknown;
  splice(start: number, deleteCount: number, ...lines: unknown[]): void;
}

interface Buffer {
  readonly lines: Lines;
  /** Which line is the first of the screen, the first one shown, and the one of the saved cursor. */
  ybase: number;
  ydisp: number;
  savedY: number;
}

interface Inside {
  readonly _bufferService: {
    readonly buffers: { readonly normal: Buffer };
    readonly _onScroll: { fire(position: number): void };
  };
}

/** What of a terminal is needed here: the one on screen and the one of tests both have it. */
export type Holder = Pick<
  Terminal,
  "buffer" | "clearSelection" | "cols" | "dispose" | "refresh" | "rows" | "write"
>;

/** How many more lines the terminal could hold. */
export function roomAbove(terminal: Pick<Terminal, "buffer">): number {
  const { lines } = insideOf(terminal)._bufferService.buffers.normal;
  return lines.maxLength - lines.length;
}

/**
 * Move the lines that `scratch` has printed above those of `terminal`; what is shown stays in place.
 * Both have the same width. Of more lines than there is room for, the oldest are left out.
 */
export function putAbove(terminal: Holder, scratch: Holder): void {
  const from = insideOf(scratch)._bufferService.buffers.normal;
  const printed = scratch.buffer.normal.baseY + scratch.buffer.normal.cursorY + 1;
  const { buffers, _onScroll } = insideOf(terminal)._bufferService;
  const count = Math.min(printed, roomAbove(terminal));
  const lines = Array.from({ length: count }, (_, index) => from.lines.get(printed - count + index));
  buffers.normal.lines.splice(0, 0, ...lines);
  buffers.normal.ybase += count;
  buffers.normal.ydisp += count;
  buffers.normal.savedY += count;
  terminal.clearSelection(); // it counts lines from the top, too
  _onScroll.fire(buffers.normal.ydisp);
  terminal.refresh(0, terminal.rows - 1);
}

function insideOf(terminal: Pick<Terminal, "buffer">): Inside {
  return (terminal as unknown as { readonly _core: Inside })._core;
}
