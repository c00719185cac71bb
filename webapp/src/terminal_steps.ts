/** Does what a stream says to a terminal, one step after the other: write, begin anew, another size, older lines above. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import { putAbove } from "./older_lines.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Step } from "./wire/stream.ts";

/** The terminal lets the browser draw between pieces, never within one: a flood must not stop frames and fingers. */
const PIECE_BYTES = 8_192;

export class TerminalSteps {
  readonly #terminal: Terminal;
  readonly #resized: () => void;
  #waiting: { step: Step; parsed: () => void }[] = [];
  #draining = false;

  /** `resized` is called when the program has another size. */
  constructor(terminal: Terminal, resized: () => void) {
    this.#terminal = terminal;
    this.#resized = resized;
  }

  /** Do a step after all former ones; `parsed` is called when it is done, a write when its last byte was parsed. */
  apply(step: Step, parsed: () => void): void {
    this.#waiting.push({ step, parsed });
    this.#advance();
  }

  #advance(): void {
    while (!this.#draining) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { step, parsed } = next;
      if (step.do === "write") {
        this.#write(step.data, parsed);
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
        this.#resized();
        parsed();
        this.#draining = false;
        this.#advance();
      });
    }
  }

  #write(data: Bytes, parsed: () => void): void {
    let from = 0;
    for (; data.length - from > PIECE_BYTES; from += PIECE_BYTES) {
      this.#terminal.write(data.subarray(from, from + PIECE_BYTES));
    }
    this.#terminal.write(data.subarray(from), parsed);
  }

  /** Print in a terminal of the same width what then moves above this one's lines. */
  #prepend(data: Bytes, done: () => void): void {
    this.#draining = true;
    const { cols, rows } = this.#terminal;
    const scrollback = this.#terminal.options.scrollback ?? 0;
    const scratch = new Terminal({ allowProposedApi: true, cols, rows, scrollback });
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
}
