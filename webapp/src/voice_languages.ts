/** The languages that the user can dictate in. */

/** The app's language, or one of those that browsers' recognisers commonly know. */
export const VOICE_LANGUAGES = [
  "system",
  "en-US",
  "en-GB",
  "zh-CN",
  "zh-HK",
  "zh-TW",
  "ja-JP",
  "ko-KR",
  "de-DE",
  "es-ES",
  "fr-FR",
  "it-IT",
  "nl-NL",
  "pl-PL",
  "pt-BR",
  "ru-RU",
] as const;

export type VoiceLanguage = (typeof VOICE_LANGUAGES)[number];

/** Return the tag that the recogniser is given, where `preferred` are the browser's languages, best first. */
export function voiceTag(chosen: VoiceLanguage, spoken: "en" | "zh", preferred: readonly string[]): string {
  if (chosen !== "system") return chosen;
  const exact = preferred.find((tag) => tag.toLowerCase().split("-")[0] === spoken && tag.includes("-"));
  return exact ?? (spoken === "zh" ? "zh-CN" : "en-US");
}

/** Return a language under its own name. */
export function voiceLanguageName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
}
