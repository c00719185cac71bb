/** The terminal on screen: xterm.js, drawn as large as its room allows, which sends nothing but what a person did. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import { type FontMetrics, fittingFontSize, fittingSize, type Room } from "./fit.ts";
import { hasGpu } from "./gpu.ts";
import { putAbove, roomAbove } from "./older_lines.ts";
import { isFocusReport, silenceQueries } from "./silent_queries.ts";
import { terminalFont } from "./terminal_font.ts";
import { currentColours, currentTheme, onThemeChange } from "./terminal_theme.ts";
import { followTouch } from "./touch_scroll.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Size } from "./wire/messages.ts";
import type { Step } from "./wire/stream.ts";

const SCROLLBACK_LINES = 10_000;
/** Older lines are asked for so far ahead that they are there before a person is. */
const NEAR_TOP_SCREENS = 3;

export interface TerminalEvents {
  /** Text that a person typed or pasted. */
  typed(text: string): void;
  /** Bytes that are no text: reports of an old mouse protocol. */
  pointed(data: Bytes): void;
  scrolled(): void;
  tapped(): void;
  doubleTapped(): void;
  /** A person is about to reach the oldest line, and there is room for more. */
  reachedTop(): void;
  recoloured(): void;
}

export class TerminalSurface {
  readonly #terminal: Terminal;
  readonly #metrics: FontMetrics = terminalFont.metrics;
  readonly #disposals: (() => void)[] = [];
  #room: Room | null = null;
  #readingSize: number;
  #waiting: { step: Step; parsed: () => void }[] = [];
  #draining = false;

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
    // xterm.js shows no cursor before its first focus or change of screens, and the composer needs neither
    this.#terminal.write("\x1b[?47l");
    this.#drawWithGpu();
    this.#terminal.textarea?.setAttribute("enterkeyhint", "enter");
    this.#terminal.onData((data) => {
      if (!isFocusReport(data)) events.typed(data);
    });
    this.#terminal.onBinary((data) => {
      events.pointed(Uint8Array.from(data, (character) => character.charCodeAt(0)));
    });
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
      followTouch(host, this.#terminal, {
        tapped: () => events.tapped(),
        doubleTapped: () => events.doubleTapped(),
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

  /** Do a step after all former ones; `parsed` is called when it is done, a write when its last byte was parsed. */
  apply(step: Step, parsed: () => void): void {
    this.#waiting.push({ step, parsed });
    this.#advance();
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

  /** The bottom edge of the cursor's row, in pixels from the top of the terminal. */
  get cursorBottomPixels(): number {
    const screen = this.#terminal.element?.querySelector<HTMLElement>(".xterm-screen");
    const rowHeight = (screen?.offsetHeight ?? 0) / this.#terminal.rows;
    return (this.#terminal.buffer.active.cursorY + 1) * rowHeight;
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

  scrollToBottom(): void {
    this.#terminal.scrollToBottom();
  }

  /** Screen and scrollback as text; lines that the terminal wrapped are whole again. */
  text(): string {
    const buffer = this.#terminal.buffer.active;
    const lines: string[] = [];
    for (let index = 0; index < buffer.length; index += 1) {
      const line = buffer.getLine(index);
      if (line === undefined) continue;
      const next = buffer.getLine(index + 1);
      const continues = next?.isWrapped ?? false;
      // a wide character that did not fit at the end of the row has left a cell without content there
      const leavesGap =
        continues && next?.getCell(0)?.getWidth() === 2 && !line.getCell(line.length - 1)?.getCode();
      const content = line.translateToString(!continues, 0, line.length - (leavesGap ? 1 : 0));
      if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += content;
      else lines.push(content);
    }
    return lines.join("\n").trimEnd();
  }

  /** Hear of changes to screen and scrollback; returns how to stop. */
  onChange(changed: () => void): () => void {
    const disposables = [this.#terminal.onWriteParsed(changed), this.#terminal.onScroll(changed)];
    return () => {
      for (const disposable of disposables) disposable.dispose();
    };
  }

  dispose(): void {
    for (const dispose of this.#disposals) dispose();
    this.#terminal.dispose();
  }

  #advance(): void {
    while (!this.#draining) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { step, parsed } = next;
      if (step.do === "write") {
        this.#terminal.write(step.data, parsed);
        continue;
      }
      if (step.do === "prepend") {
        this.#prepend(step.data, parsed);
        return;
      }
      // the terminal parses in the background, so a new size has to wait for what was made at the former one
      this.#draining = true;
      this.#terminal.write("", () => {
        if (step.do === "reset") this.#terminal.reset();
        this.#terminal.resize(step.cols, step.rows);
        this.#scale();
        parsed();
        this.#draining = false;
        this.#advance();
      });
    }
  }

  /** Print in a terminal of the same width what then moves above this one's lines. */
  #prepend(data: Bytes, done: () => void): void {
    this.#draining = true;
    const { cols, rows } = this.#terminal;
    const scratch = new Terminal({ allowProposedApi: true, cols, rows, scrollback: SCROLLBACK_LINES });
    scratch.loadAddon(new UnicodeGraphemesAddon());
    scratch.write(data, () => {
      this.#terminal.write("", () => {
        putAbove(this.#terminal, scratch);
        scratch.dispose();
        done();
        this.#draining = false;
        this.#advance();
      });
    });
  }

  #lookUp(events: TerminalEvents): void {
    const { normal, active } = this.#terminal.buffer;
    const isNear = active.type === "normal" && normal.viewportY <= this.#terminal.rows * NEAR_TOP_SCREENS;
    if (isNear && roomAbove(this.#terminal) > 0) events.reachedTop();
  }

  #scale(): void {
    if (this.#room === null) return;
    const { cols, rows } = this.#terminal;
    const fontSize = fittingFontSize(this.#room, this.#metrics, this.#readingSize, { cols, rows });
    if (this.#terminal.options.fontSize !== fontSize) this.#terminal.options.fontSize = fontSize;
  }

  /** Draw with WebGL where a GPU is behind it: in software it is slower than xterm.js's own renderer. */
  #drawWithGpu(): void {
    if (!hasGpu()) return;
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.#terminal.loadAddon(webgl);
    } catch {
      // xterm.js goes on with its own renderer
    }
  }
}
