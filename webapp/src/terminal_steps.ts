/** Does what a stream says to a terminal, one step after the other: write, begin anew, another size, older lines above. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import { displayFrames } from "./display_frames.ts";
import { putAbove } from "./older_lines.ts";
import { StepQueue } from "./step_queue.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Size } from "./wire/messages.ts";

/** Return the queue of a terminal's steps; `resized` is called when the program has another size. */
export function stepsOf(terminal: Terminal, resized: () => void): StepQueue {
  const resize = ({ cols, rows }: Size): void => {
    terminal.resize(cols, rows);
    resized();
  };
  return new StepQueue(
    {
      ready: (callback) => terminal.write("", callback),
      write: (data, parsed) => terminal.write(data, parsed),
      reset: (size) => {
        terminal.reset();
        resize(size);
      },
      resize,
      prepend: (data, done) => prepend(terminal, data, done),
    },
    displayFrames,
  );
}

/** Print in a terminal of the same width what then moves above this one's lines. */
function prepend(terminal: Terminal, data: Bytes, done: () => void): void {
  const { cols, rows } = terminal;
  const scrollback = terminal.options.scrollback ?? 0;
  const scratch = new Terminal({ allowProposedApi: true, cols, rows, scrollback });
  scratch.loadAddon(new UnicodeGraphemesAddon());
  scratch.write(data, () => {
    putAbove(terminal, scratch);
    scratch.dispose();
    done();
  });
}
