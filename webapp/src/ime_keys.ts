/** Which keys are text that the browser writes into the element, and which ones the terminal answers for itself. */

const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Fn", "NumLock"]);
/** What keys are called while an input method has them, or when the browser does not know them. */
const NAMELESS = new Set(["Process", "Unidentified", "Dead"]);
const NAMED = /^[A-Z][A-Za-z0-9]+$/;
const ASCII = /^[ -~]$/;
/** The key code of whatever an input method has taken. */
const TAKEN = 229;

export interface PressedKey {
  readonly key: string;
  readonly keyCode: number;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** How a device's keyboards are read. */
export interface KeyboardKind {
  /** Keys are drawn on the screen: what they are called says less than what they write. */
  readonly isSoft: boolean;
  /** Letters go before their word is finished. */
  readonly sendsLetters: boolean;
}

/**
 * Return whether a key's effect is to be read from the element, where `written` is its text.
 *
 * Letters of a hardware keyboard are not: the terminal sends those itself, and holding one down repeats it where the
 * system would otherwise offer its accents. Backspace is while it has something to take back there: a keyboard may
 * take a syllable apart instead.
 */
export function writesText(pressed: PressedKey, isSoft: boolean, written: string): boolean {
  const { key, keyCode, ctrlKey, altKey, metaKey } = pressed;
  if (keyCode === TAKEN || NAMELESS.has(key)) return true;
  if (ctrlKey || altKey || metaKey) return false;
  if (key === "Backspace") return written !== "";
  return !NAMED.test(key) && (isSoft || !ASCII.test(key));
}

export function isModifierKey({ key }: PressedKey): boolean {
  return MODIFIERS.has(key);
}

/**
 * Return whether letters are to go before their word is finished.
 *
 * Android's keyboards compose every word; who waits for its end cannot press a single key in an editor. Where one of
 * the user's languages is written with an input method, letters are the way to a word and not yet the word.
 */
export function sendsLettersAtOnce(userAgent: string, languages: readonly string[]): boolean {
  return userAgent.includes("Android") && !languages.some((language) => /^(zh|ja|ko)\b/i.test(language));
}
