/** Text from elsewhere on its way to a program: cleaned, shown in part, and sent as one paste where programs know that. */

export const PASTE_BEGIN = "\x1b[200~";
export const PASTE_END = "\x1b[201~";
const SHOWN_LINES = 3;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a program
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

export interface CleanText {
  readonly text: string;
  /** How many control characters are gone from it. */
  readonly removed: number;
}

/** Return the text with line feeds for all ends of lines, and no other control character but tabs. */
export function cleanText(foreign: string): CleanText {
  const lines = foreign.replace(/\r\n?/g, "\n");
  const text = lines.replace(CONTROL, "");
  return { text, removed: lines.length - text.length };
}

/** Whether pasting this may do more than write: a program may take an end of line for Enter. */
export function hasSeveralLines(text: string): boolean {
  return text.includes("\n");
}

/** Return how many lines a text has, and the first of them; an end of line at its end begins no other. */
export function firstLines(text: string): { readonly count: number; readonly shown: readonly string[] } {
  const lines = text.replace(/\n$/, "").split("\n");
  return { count: lines.length, shown: lines.slice(0, SHOWN_LINES) };
}

/** Return what a program is sent for a paste, which must not be able to end before its end. */
export function pastedInput(text: string, bracketedPaste: boolean): string {
  const lines = cleanText(text).text.replaceAll("\n", "\r");
  return bracketedPaste ? `${PASTE_BEGIN}${lines}${PASTE_END}` : lines;
}

/** Return what the composer's text sends: several lines as one paste where the program knows pastes. */
export function composedInput(text: string, bracketedPaste: boolean, withEnter: boolean): string {
  const { text: clean } = cleanText(text);
  return pastedInput(clean, bracketedPaste && hasSeveralLines(clean)) + (withEnter ? "\r" : "");
}
