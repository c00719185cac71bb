/** What a key sends to a program's terminal, with the modifiers that are held. */
import { KEYS, type KeyName, type NamedKey } from "./key_names.ts";
import { PASTE_BEGIN, PASTE_END } from "./paste.ts";

export { DEFAULT_KEYS, isKeyName, type KeyName, type NamedKey } from "./key_names.ts";

/** The modifiers that the key bar has. */
export interface Held {
  readonly ctrl: boolean;
  readonly alt: boolean;
}

/** Return the bytes, as text, of a key of the key bar; `applicationCursor` is the terminal's DECCKM. */
export function keySequence(name: NamedKey, held: Held, applicationCursor: boolean): string {
  const key = KEYS[name];
  switch (key.sends) {
    case "text":
      return withHeld(key.text, held);
    case "final": {
      if (held.ctrl || held.alt) return `\x1b[1;${modifierNumber(held)}${key.final}`;
      return `\x1b${key.isFunctionKey || applicationCursor ? "O" : "["}${key.final}`;
    }
    case "number":
      return held.ctrl || held.alt ? `\x1b[${key.number};${modifierNumber(held)}~` : `\x1b[${key.number}~`;
  }
}

/** xterm counts modifiers from one: Alt adds 2, Ctrl adds 4. */
function modifierNumber({ ctrl, alt }: Held): number {
  return 1 + (alt ? 2 : 0) + (ctrl ? 4 : 0);
}

/** Return what typed text sends with modifiers held; Alt puts an escape before it. */
export function withHeld(text: string, { ctrl, alt }: Held): string {
  const typed = ctrl ? withCtrl(text) : text;
  return alt && typed.length > 0 ? `\x1b${typed}` : typed;
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

const MODIFIERS: readonly Held[] = [
  { ctrl: false, alt: false },
  { ctrl: true, alt: false },
  { ctrl: false, alt: true },
  { ctrl: true, alt: true },
];
const READABLE_KEYS = (Object.keys(KEYS) as KeyName[]).filter(
  (name): name is NamedKey => name !== "ctrl" && name !== "alt" && KEYS[name].sends !== "text",
);
const SEQUENCE_GLYPHS: readonly (readonly [string, string])[] = [
  [PASTE_BEGIN, ""],
  [PASTE_END, ""],
  ...READABLE_KEYS.flatMap((name) =>
    MODIFIERS.flatMap((held) =>
      [false, true].map((application): [string, string] => [
        keySequence(name, held, application),
        KEYS[name].cap,
      ]),
    ),
  ),
];
const CONTROL_GLYPHS: Readonly<Record<string, string>> = { "\r": "⏎", "\t": "⇥", "\x1b": "⎋", "\x7f": "⌫" };
