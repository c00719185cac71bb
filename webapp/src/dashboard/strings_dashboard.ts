/** What only the dashboard says. */
import { CHINESE_DASHBOARD } from "../strings/chinese_dashboard.ts";
import { ENGLISH_DASHBOARD } from "../strings/english_dashboard.ts";
import type { Words } from "../strings.ts";

export const DASHBOARD_WORDS: Words = {
  en: { ...ENGLISH_DASHBOARD },
  zh: { ...CHINESE_DASHBOARD },
};

/** In place of what the app says of a relay, which is not between this page and its machine. */
export const WITHOUT_RELAY: Words = {
  en: withoutRelay(ENGLISH_DASHBOARD),
  zh: withoutRelay(CHINESE_DASHBOARD),
};

function withoutRelay(words: Readonly<Record<keyof typeof ENGLISH_DASHBOARD, string>>): Words["en"] {
  return {
    "phase.connecting.hint": words["dashboard.connecting"],
    "phase.waiting.hint": words["dashboard.waiting"],
  };
}
