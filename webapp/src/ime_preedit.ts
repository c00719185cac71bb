/** Shows at the cursor what an input method is writing and has not finished. */
import type { Terminal } from "@xterm/xterm";

export class Preedit {
  readonly #terminal: Terminal;
  readonly #element = document.createElement("div");

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#element.className = "preedit";
    this.#element.dataset.testid = "preedit";
    this.#element.hidden = true;
    terminal.element?.querySelector(".xterm-screen")?.append(this.#element);
  }

  /** Show this text, or nothing if it is empty. */
  show(text: string): void {
    this.#element.hidden = text === "";
    this.#element.textContent = text;
    const screen = this.#terminal.element?.querySelector<HTMLElement>(".xterm-screen");
    if (text === "" || !screen) return;
    const { cols, rows, options, buffer } = this.#terminal;
    const { cursorX, cursorY } = buffer.active;
    const rowPixels = screen.offsetHeight / rows;
    const left = Math.min(cursorX, cols - 1) * (screen.offsetWidth / cols);
    Object.assign(this.#element.style, {
      top: `${cursorY * rowPixels}px`,
      left: `${left}px`,
      maxWidth: `${screen.offsetWidth - left}px`,
      fontFamily: options.fontFamily ?? "",
      fontSize: `${options.fontSize ?? 13}px`,
      lineHeight: `${rowPixels}px`,
    });
  }
}
