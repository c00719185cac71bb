/** What the app says once a machine's screens are there: sessions, terminals, files, keys and settings. */
import { CHINESE_COMPOSER } from "./strings/chinese_composer.ts";
import { CHINESE_FILES } from "./strings/chinese_files.ts";
import { CHINESE_KEYS } from "./strings/chinese_keys.ts";
import { CHINESE_NEW_SESSION } from "./strings/chinese_new_session.ts";
import { CHINESE_SETTINGS } from "./strings/chinese_settings.ts";
import { CHINESE_TERMINAL } from "./strings/chinese_terminal.ts";
import { CHINESE_TOOLS } from "./strings/chinese_tools.ts";
import { ENGLISH_COMPOSER } from "./strings/english_composer.ts";
import { ENGLISH_FILES } from "./strings/english_files.ts";
import { ENGLISH_KEYS } from "./strings/english_keys.ts";
import { ENGLISH_NEW_SESSION } from "./strings/english_new_session.ts";
import { ENGLISH_SETTINGS } from "./strings/english_settings.ts";
import { ENGLISH_TERMINAL } from "./strings/english_terminal.ts";
import { ENGLISH_TOOLS } from "./strings/english_tools.ts";
import type { Words } from "./strings.ts";

export const LATER_WORDS: Words = {
  en: {
    ...ENGLISH_COMPOSER,
    ...ENGLISH_FILES,
    ...ENGLISH_KEYS,
    ...ENGLISH_NEW_SESSION,
    ...ENGLISH_SETTINGS,
    ...ENGLISH_TERMINAL,
    ...ENGLISH_TOOLS,
  },
  zh: {
    ...CHINESE_COMPOSER,
    ...CHINESE_FILES,
    ...CHINESE_KEYS,
    ...CHINESE_NEW_SESSION,
    ...CHINESE_SETTINGS,
    ...CHINESE_TERMINAL,
    ...CHINESE_TOOLS,
  },
};
