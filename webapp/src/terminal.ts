/** The terminal on screen: xterm.js, drawn as large as its room allows, which sends nothing but what a person did. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import { FONT_SIZE_PIXELS, type FontMetrics, fittingFontSize, fittingSize, type Room } from "./fit.ts";
import { hasGpu } from "./gpu.ts";
import { isFocusReport, silenceQueries } from "./silent_queries.ts";
import { FONT_FAMILY, fontMetrics } from "./terminal_font.ts";
import { currentTheme, onThemeChange } from "./terminal_theme.ts";
import { followTouch } from "./touch_scroll.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Size } from "./wire/messages.ts";
import type { Step } from "./wire/stream.ts";

const SCROLLBACK_LINES = 10_000;

export interface TerminalEvents {
  /** Text that a person typed or pasted. */
  typed(text: string): void;
  /** Bytes that are no text: reports of an old mouse protocol. */
  pointed(data: Bytes): void;
  scrolled(): void;
  tapped(): void;
}

export class TerminalSurface {
  readonly #terminal: Terminal;
  readonly #metrics: FontMetrics = fontMetrics();
  readonly #disposals: (() => void)[] = [];
  #room: Room | null = null;
  #waiting: { step: Step; parsed: () => void }[] = [];
  #draining = false;

  constructor(host: HTMLElement, events: TerminalEvents) {
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      customGlyphs: true,
      fontFamily: FONT_FAMILY,
      fontSize: FONT_SIZE_PIXELS,
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
    this.#disposals.push(
      onThemeChange(() => {
        this.#terminal.options.theme = currentTheme();
      }),
      followTouch(host, this.#terminal, events),
    );
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
    return fittingSize(room, this.#metrics);
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

  /** Hear of changes to the screen; returns how to stop. */
  onChange(changed: () => void): () => void {
    const disposable = this.#terminal.onWriteParsed(changed);
    return () => disposable.dispose();
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

  #scale(): void {
    if (this.#room === null) return;
    const { cols, rows } = this.#terminal;
    const fontSize = fittingFontSize(this.#room, this.#metrics, { cols, rows });
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
