/** Connects a terminal with what is written into its element: final text goes on, what is not final is shown. */
import type { Terminal } from "@xterm/xterm";
import { ImeInput } from "./ime_input.ts";
import { sendsLettersAtOnce } from "./ime_keys.ts";
import { Preedit } from "./ime_preedit.ts";

export interface WritingEvents {
  /** Text that a person typed. */
  typed(text: string): void;
  /** Text from the clipboard. */
  pasted(text: string): void;
  /** Whether a modifier of the key bar waits for a key. */
  isModified(): boolean;
}

/** Follow keyboards and input methods, in place of xterm.js; `host` holds the terminal, which was opened. */
export function followWriting(host: HTMLElement, terminal: Terminal, events: WritingEvents): ImeInput | null {
  if (terminal.textarea === undefined) return null;
  const preedit = new Preedit(terminal);
  const keyboard = {
    isSoft: window.matchMedia("(pointer: coarse)").matches,
    sendsLetters: sendsLettersAtOnce(navigator.userAgent, navigator.languages),
  };
  return new ImeInput(host, terminal.textarea, keyboard, {
    typed: (text) => {
      terminal.scrollToBottom();
      events.typed(text);
    },
    composing: (text) => {
      if (text !== "") terminal.scrollToBottom();
      preedit.show(text);
    },
    pasted: (text) => events.pasted(text),
    isModified: () => events.isModified(),
  });
}
