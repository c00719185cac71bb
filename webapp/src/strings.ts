/** Says things in the user's language: the one place where text, counts, ages and dates are put into words. */
import type { ENGLISH, StringKey } from "./strings_english.ts";
import { FIRST_WORDS } from "./strings_first.ts";

export type Language = "en" | "zh";
/** What the user chose: a language, or that of the browser. */
export type LanguageChoice = "system" | Language;

/** The languages under their own names, for people who cannot read the present one. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", zh: "简体中文" };

/** What a part of the app says, in every language. */
export type Words = Readonly<Record<Language, Readonly<Partial<Record<StringKey, string>>>>>;

const STRINGS: Record<Language, Partial<Record<StringKey, string>>> = {
  en: { ...FIRST_WORDS.en },
  zh: { ...FIRST_WORDS.zh },
};
const LOCALES: Readonly<Record<Language, string>> = { en: "en", zh: "zh-Hans" };

let language: Language = "en";

/** Return the language for a choice, where `preferred` are the browser's languages, best first. */
export function languageFor(choice: LanguageChoice, preferred: readonly string[]): Language {
  if (choice !== "system") return choice;
  for (const tag of preferred) {
    const spoken = tag.toLowerCase().split("-")[0];
    if (spoken === "en" || spoken === "zh") return spoken;
  }
  return "en";
}

/** Be able to say more: parts of the app that are loaded later bring their words. */
export function learn(words: Words): void {
  Object.assign(STRINGS.en, words.en);
  Object.assign(STRINGS.zh, words.zh);
}

/** Speak this language from now on; returns its tag for `<html lang>`. */
export function speak(chosen: Language): string {
  language = chosen;
  return LOCALES[chosen];
}

type Placeholder<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;
type PlaceholderOf<Key extends StringKey> = Placeholder<(typeof ENGLISH)[Key]>;
type Values<Key extends StringKey> = [PlaceholderOf<Key>] extends [never]
  ? []
  : [Readonly<Record<PlaceholderOf<Key>, string | number>>];

/** Return the text under `key`; numbers among its values are written as the language does. */
export function say<Key extends StringKey>(key: Key, ...[values]: Values<Key>): string {
  return filled(STRINGS[language][key] ?? key, values ?? {});
}

/** The keys that have a form for one and a form for several. */
export type CountedKey = {
  [Key in StringKey]: Key extends `${infer Stem}.one` ? Stem : never;
}[StringKey];

/** Return the form of `key` for `count`, which it calls `number`. */
export function sayCount(key: CountedKey, count: number): string {
  const isOne = new Intl.PluralRules(LOCALES[language]).select(count) === "one";
  const form = `${key}.${isOne ? "one" : "other"}` as const;
  return filled(STRINGS[language][form] ?? form, { number: count });
}

function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return typeof value === "number" ? numberText(value) : (value ?? whole);
  });
}

function numberText(value: number): string {
  return new Intl.NumberFormat(LOCALES[language]).format(value);
}

const SIZE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Return a size such as "812 bytes", "3.4 MB"; a kilobyte has 1,000 bytes. */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), SIZE_UNITS.length - 1);
  const value = bytes / 1_000 ** power;
  return new Intl.NumberFormat(LOCALES[language], {
    style: "unit",
    unit: SIZE_UNITS[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}

/** Return "12 s", "5 min", "3 h" or "2 d". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return say("time.seconds", { number: whole });
  if (whole < 3_600) return say("time.minutes", { number: Math.floor(whole / 60) });
  if (whole < 86_400) return say("time.hours", { number: Math.floor(whole / 3_600) });
  return say("time.days", { number: Math.floor(whole / 86_400) });
}

/** Return a share such as "0.34%", with two digits that count, as the language writes it. */
export function percentText(share: number): string {
  return new Intl.NumberFormat(LOCALES[language], { style: "percent", maximumSignificantDigits: 2 }).format(
    share,
  );
}

/** Return a time of the day such as "2:00 PM" for seconds since 1970. */
export function timeText(seconds: number): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeStyle: "short" }).format(seconds * 1_000);
}

/** Return a day such as "4 May 2026" for seconds since 1970. */
export function dateText(seconds: number): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium" }).format(seconds * 1_000);
}

/** Return a time such as "4 May, 13:05:09" for seconds since 1970. */
export function momentText(seconds: number): string {
  const form = {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  } as const;
  return new Intl.DateTimeFormat(LOCALES[language], { ...form, hourCycle: "h23" }).format(seconds * 1_000);
}
