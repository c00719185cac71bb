/** What the app can say from the start: the lists, pairing, connections, and the app itself. */
import { CHINESE_APP } from "./strings/chinese_app.ts";
import { CHINESE_CONNECTION } from "./strings/chinese_connection.ts";
import { CHINESE_LISTS } from "./strings/chinese_lists.ts";
import { CHINESE_PAIRING } from "./strings/chinese_pairing.ts";
import { ENGLISH_APP } from "./strings/english_app.ts";
import { ENGLISH_CONNECTION } from "./strings/english_connection.ts";
import { ENGLISH_LISTS } from "./strings/english_lists.ts";
import { ENGLISH_PAIRING } from "./strings/english_pairing.ts";
import type { Words } from "./strings.ts";

export const FIRST_WORDS: Words = {
  en: { ...ENGLISH_APP, ...ENGLISH_CONNECTION, ...ENGLISH_LISTS, ...ENGLISH_PAIRING },
  zh: { ...CHINESE_APP, ...CHINESE_CONNECTION, ...CHINESE_LISTS, ...CHINESE_PAIRING },
};
