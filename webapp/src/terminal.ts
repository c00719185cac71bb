/** The terminal on screen: xterm.js, drawn as large as its room allows, which sends nothing but what a person did. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import { type FontMetrics, fittingFontSize, fittingSize, type Room } from "./fit.ts";
import { hasGpu } from "./gpu.ts";
import type { ImeInput } from "./ime_input.ts";
import { followWriting, type WritingEvents } from "./ime_terminal.ts";
import type { Link } from "./links.ts";
import { roomAbove } from "./older_lines.ts";
import { type ClipboardRequest, clipboardRequest } from "./osc52.ts";
import { isFocusReport, silenceQueries } from "./silent_queries.ts";
import type { StepQueue } from "./step_queue.ts";
import { terminalFont } from "./terminal_font.ts";
import { TerminalGrid } from "./terminal_grid.ts";
import { followLinks, linkAt } from "./terminal_links.ts";
import { moveScrollBarOnce } from "./terminal_scroll_bar.ts";
import { TerminalSearch } from "./terminal_search.ts";
import { TerminalSelection } from "./terminal_selection.ts";
import { stepsOf } from "./terminal_steps.ts";
import { type Cell, type TextLine, wholeLines } from "./terminal_text.ts";
import { currentColours, currentTheme, onThemeChange } from "./terminal_theme.ts";
import { followTouch, type TouchEvents } from "./touch_scroll.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Size } from "./wire/messages.ts";
import type { Step } from "./wire/stream.ts";

const SCROLLBACK_LINES = 10_000;
/** Older lines are asked for so far ahead that they are there before a person is. */
const NEAR_TOP_SCREENS = 3;

export interface TerminalEvents extends TouchEvents, WritingEvents {
  /** Bytes that are no text: reports of an old mouse protocol. */
  pointed(data: Bytes): void;
  /** A link was clicked. */
  linkOpened(link: Link): void;
  /** The program wants text on the clipboard. */
  clipboardWanted(request: ClipboardRequest): void;
  /** The program rang the bell. */
  rang(): void;
  /** A person is about to reach the oldest line, and there is room for more. */
  reachedTop(): void;
  recoloured(): void;
}

export class TerminalSurface {
  readonly grid: TerminalGrid;
  readonly selection: TerminalSelection;
  readonly search: TerminalSearch;
  readonly #terminal: Terminal;
  readonly #steps: StepQueue;
  readonly #metrics: FontMetrics = terminalFont.metrics;
  readonly #writing: ImeInput | null;
  readonly #disposals: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();
  #isDisposed = false;
  #room: Room | null = null;
  #readingSize: number;

  /** `readingSize` is the font's size, in CSS pixels, wherever the program's size allows it. */
  constructor(host: HTMLElement, events: TerminalEvents, readingSize: number) {
    this.#readingSize = readingSize;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      customGlyphs: true,
      fontFamily: terminalFont.family,
      fontSize: readingSize,
      fontWeightBold: "700",
      macOptionIsMeta: true,
      minimumContrastRatio: 3, // programs choose pairs for a dark palette, too: black on green is unreadable in the light one
      scrollback: SCROLLBACK_LINES,
      theme: currentTheme(),
    });
    this.#terminal.loadAddon(new UnicodeGraphemesAddon());
    silenceQueries(this.#terminal.parser);
    this.#terminal.open(host);
    moveScrollBarOnce(this.#terminal);
    // xterm.js shows no cursor before its first focus or change of screens, and the composer needs neither
    this.#terminal.write("\x1b[?47l");
    void this.#drawWithGpu();
    this.#terminal.textarea?.setAttribute("enterkeyhint", "enter");
    this.#terminal.onData((data) => {
      if (!isFocusReport(data)) events.typed(data);
    });
    this.#terminal.onBinary((data) => {
      events.pointed(Uint8Array.from(data, (character) => character.charCodeAt(0)));
    });
    this.#terminal.onBell(() => events.rang());
    this.#terminal.parser.registerOscHandler(52, (data) => {
      events.clipboardWanted(clipboardRequest(data));
      return true;
    });
    followLinks(this.#terminal, (link) => events.linkOpened(link));
    this.grid = new TerminalGrid(host, this.#terminal);
    this.selection = new TerminalSelection(this.#terminal);
    this.search = new TerminalSearch(this.#terminal, this.grid, {
      moved: () => {
        for (const changed of this.#watchers) changed();
      },
      nearOldest: () => this.#lookUp(events, Number.POSITIVE_INFINITY),
    });
    this.#steps = stepsOf(this.#terminal, () => this.#scale());
    this.#writing = followWriting(host, this.#terminal, events);
    const lookUp = (): void => this.#lookUp(events);
    host.addEventListener("wheel", lookUp, { passive: true });
    this.#terminal.onScroll(() => {
      if (this.#terminal.buffer.active.viewportY < this.#terminal.buffer.active.baseY) lookUp();
    });
    this.#disposals.push(
      () => host.removeEventListener("wheel", lookUp),
      onThemeChange(() => {
        this.#terminal.options.theme = currentTheme();
        events.recoloured();
      }),
      () => this.search.close(),
      followTouch(host, this.#terminal, this.grid, {
        ...events,
        scrolled: () => {
          events.scrolled();
          this.#lookUp(events);
        },
      }),
    );
  }

  get colours(): Bytes {
    return currentColours();
  }

  /** Do a step after all former ones; `done` is called when it is, a write when its last byte was parsed. */
  apply(step: Step, done: () => void): void {
    this.#steps.add(step, done);
  }

  /** Take notice of the room; returns the size that would fill it at the reading size. */
  layout(room: Room): Size {
    this.#room = room;
    this.#scale();
    return fittingSize(room, this.#metrics, this.#readingSize);
  }

  get readingSize(): number {
    return this.#readingSize;
  }

  /** Takes effect with the next layout. */
  set readingSize(pixels: number) {
    this.#readingSize = pixels;
  }

  /** Whether the program hears of the mouse, so that a tap is its own affair. */
  get programPoints(): boolean {
    return this.#terminal.modes.mouseTrackingMode !== "none";
  }

  get applicationCursor(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode;
  }

  get bracketedPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  /** The bottom edge of the row that matters, in pixels from the top of the terminal: of a match, else the cursor. */
  get focusBottomPixels(): number {
    const { cursorY, viewportY } = this.#terminal.buffer.active;
    const matchY = (this.search.presentRow ?? -1) - viewportY;
    const row = matchY >= 0 && matchY < this.#terminal.rows ? matchY : cursorY;
    return (row + 1) * this.grid.cell.height;
  }

  /** What is written on the cursor's row before it. */
  get cursorLine(): string {
    const buffer = this.#terminal.buffer.active;
    return buffer.getLine(buffer.baseY + buffer.cursorY)?.translateToString(true, 0, buffer.cursorX) ?? "";
  }

  focus(): void {
    this.#terminal.focus();
  }

  blur(): void {
    this.#terminal.blur();
  }

  get focused(): boolean {
    return document.activeElement === this.#terminal.textarea;
  }

  /** Send what an input method is writing as it stands: a key or text from elsewhere follows. */
  finishWriting(): void {
    this.#writing?.finish();
  }

  scrollToBottom(): void {
    this.#terminal.scrollToBottom();
  }

  scrollRows(rows: number): void {
    this.#terminal.scrollLines(rows);
  }

  /** Return the link on a cell; null where none is that may be opened. */
  linkAt(cell: Cell): Link | null {
    return linkAt(this.#terminal, cell);
  }

  /** Screen and scrollback as text; lines that the terminal wrapped are whole again. */
  lines(): TextLine[] {
    return wholeLines(this.#terminal.buffer.active);
  }

  /** The last row of the screen, counted from the top of the buffer. */
  get lastRow(): number {
    return this.#terminal.buffer.active.length - 1;
  }

  /** Remember a row; returns where it is later, -1 once it is gone, and how to forget it. */
  followRow(row: number): { readonly row: number; dispose(): void } {
    const { baseY, cursorY } = this.#terminal.buffer.active;
    const marker = this.#terminal.registerMarker(row - baseY - cursorY);
    return {
      get row() {
        return marker.line;
      },
      dispose: () => marker.dispose(),
    };
  }

  /** Hear of changes to screen and scrollback, and to what of them matters; returns how to stop. */
  onChange(changed: () => void): () => void {
    const disposables = [this.#terminal.onWriteParsed(changed), this.#terminal.onScroll(changed)];
    this.#watchers.add(changed);
    return () => {
      this.#watchers.delete(changed);
      for (const disposable of disposables) disposable.dispose();
    };
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#steps.clear();
    this.#writing?.dispose();
    for (const dispose of this.#disposals) dispose();
    this.#terminal.dispose();
  }

  /** Ask for older lines where there are only so many rows above what is shown. */
  #lookUp(events: TerminalEvents, nearRows = this.#terminal.rows * NEAR_TOP_SCREENS): void {
    const { normal, active } = this.#terminal.buffer;
    const isNear = active.type === "normal" && normal.viewportY <= nearRows;
    if (isNear && roomAbove(this.#terminal) > 0) events.reachedTop();
  }

  #scale(): void {
    if (this.#room === null) return;
    const { cols, rows } = this.#terminal;
    const fontSize = fittingFontSize(this.#room, this.#metrics, this.#readingSize, { cols, rows });
    if (this.#terminal.options.fontSize !== fontSize) this.#terminal.options.fontSize = fontSize;
  }

  /** Draw with WebGL where a GPU is behind it, once that is loaded: in software xterm.js's own renderer is quicker. */
  async #drawWithGpu(): Promise<void> {
    if (!hasGpu()) return;
    try {
      const { WebglAddon } = await import("@xterm/addon-webgl");
      if (this.#isDisposed) return;
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.#terminal.loadAddon(webgl);
    } catch {
      // xterm.js goes on with its own renderer
    }
  }
}
