/** What the user can set: read from what was kept or imported, whatever that may hold, and written to a file. */
import { DEFAULT_KEYS, isKeyName, type KeyName } from "./keys.ts";
import { type Snippet, snippetsFrom } from "./snippets.ts";
import type { LanguageChoice } from "./strings.ts";
import { PALETTE_NAMES, type PaletteName } from "./terminal_palettes.ts";
import { VOICE_LANGUAGES, type VoiceLanguage } from "./voice_languages.ts";

export const LOOKS = ["system", "dark", "light", "contrast"] as const;
export type LookChoice = (typeof LOOKS)[number];
export const LANGUAGES = ["system", "en", "zh"] as const satisfies readonly LanguageChoice[];
/** The bundled font, or the phone's own. */
export const FONTS = ["jetbrains", "system"] as const;
export type FontChoice = (typeof FONTS)[number];

export const MIN_FONT_SIZE_PIXELS = 8;
export const MAX_FONT_SIZE_PIXELS = 24;
/** What a settings file may have at most: fifty snippets as long as they may be fit, and a usual one has a thousand. */
export const MAX_SETTINGS_BYTES = 2_097_152;

/** None of these is a secret, unless the user makes a snippet of one. */
export interface Settings {
  readonly language: LanguageChoice;
  readonly look: LookChoice;
  readonly palette: PaletteName;
  readonly font: FontChoice;
  readonly fontSizePixels: number;
  /** The keys of the key bar, all of them, in the user's order. */
  readonly keys: readonly KeyName[];
  readonly haptics: boolean;
  /** Whether the bell is heard; it is seen in any case. */
  readonly bellSound: boolean;
  /** Whether what was sent from the composer is kept to be sent again. */
  readonly keepsHistory: boolean;
  /** Whether Enter in the composer sends; else it begins a line. */
  readonly enterSends: boolean;
  readonly snippets: readonly Snippet[];
  readonly voiceLanguage: VoiceLanguage;
}

export const DEFAULT_SETTINGS: Settings = {
  language: "system",
  look: "system",
  palette: "house",
  font: "jetbrains",
  fontSizePixels: 13,
  keys: DEFAULT_KEYS,
  haptics: true,
  bellSound: false,
  keepsHistory: true,
  enterSends: true,
  snippets: [],
  voiceLanguage: "system",
};

/** Return settings from anything; what is missing, unknown or out of range is the default. */
export function settingsFrom(kept: unknown): Settings {
  const found = (typeof kept === "object" && kept !== null ? kept : {}) as Record<string, unknown>;
  const { language, look, palette, font, fontSizePixels, keys } = found;
  return {
    language: oneOf(LANGUAGES, language, DEFAULT_SETTINGS.language),
    look: oneOf(LOOKS, look, DEFAULT_SETTINGS.look),
    palette: oneOf(PALETTE_NAMES, palette, DEFAULT_SETTINGS.palette),
    font: oneOf(FONTS, font, DEFAULT_SETTINGS.font),
    fontSizePixels:
      typeof fontSizePixels === "number" ? fontSizeWithin(fontSizePixels) : DEFAULT_SETTINGS.fontSizePixels,
    keys: allKeys(keys),
    haptics: yesOrNo(found.haptics, DEFAULT_SETTINGS.haptics),
    bellSound: yesOrNo(found.bellSound, DEFAULT_SETTINGS.bellSound),
    keepsHistory: yesOrNo(found.keepsHistory, DEFAULT_SETTINGS.keepsHistory),
    enterSends: yesOrNo(found.enterSends, DEFAULT_SETTINGS.enterSends),
    snippets: snippetsFrom(found.snippets),
    voiceLanguage: oneOf(VOICE_LANGUAGES, found.voiceLanguage, DEFAULT_SETTINGS.voiceLanguage),
  };
}

/** Return the nearest font size that the app offers: half pixels, neither unreadable nor without room. */
export function fontSizeWithin(pixels: number): number {
  if (!Number.isFinite(pixels)) return DEFAULT_SETTINGS.fontSizePixels;
  return Math.min(MAX_FONT_SIZE_PIXELS, Math.max(MIN_FONT_SIZE_PIXELS, Math.round(pixels * 2) / 2));
}

/** Return the text of a settings file. */
export function exportedSettings(settings: Settings): string {
  return `${JSON.stringify({ loopsy_settings: 1, ...settings }, null, 2)}\n`;
}

/** Return the settings in a file's text, or null if it is none. */
export function importedSettings(text: string): Settings | null {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const isOurs = typeof content === "object" && content !== null && "loopsy_settings" in content;
  return isOurs ? settingsFrom(content) : null;
}

function yesOrNo(value: unknown, otherwise: boolean): boolean {
  return typeof value === "boolean" ? value : otherwise;
}

function oneOf<Choice extends string>(choices: readonly Choice[], value: unknown, otherwise: Choice): Choice {
  return choices.find((choice) => choice === value) ?? otherwise;
}

/** Every key once: those that are known in their order, then those that a former version did not have. */
function allKeys(kept: unknown): readonly KeyName[] {
  const known: readonly KeyName[] = Array.isArray(kept) ? kept.filter(isKeyName) : [];
  return [...new Set([...known, ...DEFAULT_KEYS])];
}

/** Return the keys with one of them moved by a number of places. */
export function withMovedKey(keys: readonly KeyName[], moved: KeyName, places: number): readonly KeyName[] {
  const from = keys.indexOf(moved);
  const to = Math.min(keys.length - 1, Math.max(0, from + places));
  const others = keys.filter((key) => key !== moved);
  return from < 0 ? keys : [...others.slice(0, to), moved, ...others.slice(to)];
}
