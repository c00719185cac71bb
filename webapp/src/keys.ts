/** What a key sends to a program's terminal, with Ctrl held or not. */

export type NamedKey = "escape" | "tab" | "up" | "down" | "right" | "left";

const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";
const ARROW_FINAL: Readonly<Record<string, string>> = { up: "A", down: "B", right: "C", left: "D" };

/** Return the bytes, as text, of a key of the key bar; `applicationCursor` is the terminal's DECCKM. */
export function keySequence(key: NamedKey, ctrl: boolean, applicationCursor: boolean): string {
  if (key === "escape") return "\x1b";
  if (key === "tab") return "\t";
  const final = ARROW_FINAL[key];
  if (ctrl) return `\x1b[1;5${final}`;
  return `\x1b${applicationCursor ? "O" : "["}${final}`;
}

/** Return what a typed character sends with Ctrl held; text that Ctrl means nothing to stays as it is. */
export function withCtrl(text: string): string {
  if (text.length !== 1) return text;
  if (text === " ") return "\x00";
  if (text === "?") return "\x7f";
  const code = text.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : text;
}

/** A modifier on touch: for the next key, or locked until it is tapped again. */
export type Sticky = "off" | "once" | "locked";

/** Two taps within this time lock. */
export const DOUBLE_TAP_SECONDS = 0.35;

export function stickyAfterTap(sticky: Sticky, secondsSinceLastTap: number): Sticky {
  if (sticky === "once" && secondsSinceLastTap <= DOUBLE_TAP_SECONDS) return "locked";
  return sticky === "off" ? "once" : "off";
}

export function stickyAfterKey(sticky: Sticky): Sticky {
  return sticky === "once" ? "off" : sticky;
}

/** Return what a line from the composer sends: several lines as one paste where the program knows pastes. */
export function composedInput(text: string, bracketedPaste: boolean): string {
  const lines = text.replace(/\r?\n/g, "\r");
  return bracketedPaste && lines.includes("\r") ? `${PASTE_BEGIN}${lines}${PASTE_END}\r` : `${lines}\r`;
}

/** Return input as a person can read it, for what was not delivered. */
export function readableInput(input: Uint8Array): string {
  let text = new TextDecoder().decode(input);
  for (const [sequence, glyph] of SEQUENCE_GLYPHS) text = text.replaceAll(sequence, glyph);
  return Array.from(text, readableCharacter).join("");
}

function readableCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x20 && code !== 0x7f) return character;
  return CONTROL_GLYPHS[character] ?? `^${String.fromCharCode(code ^ 0x40)}`;
}

const ARROW_GLYPHS = { A: "↑", B: "↓", C: "→", D: "←" } as const;
const SEQUENCE_GLYPHS: readonly (readonly [string, string])[] = [
  [PASTE_BEGIN, ""],
  [PASTE_END, ""],
  ...Object.entries(ARROW_GLYPHS).flatMap(([final, glyph]): [string, string][] => [
    [`\x1b[${final}`, glyph],
    [`\x1bO${final}`, glyph],
    [`\x1b[1;5${final}`, glyph],
  ]),
];
const CONTROL_GLYPHS: Readonly<Record<string, string>> = { "\r": "⏎", "\t": "⇥", "\x1b": "⎋", "\x7f": "⌫" };
