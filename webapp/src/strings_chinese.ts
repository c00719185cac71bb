/** All that the app and the dashboard say, in Chinese (simplified). */
import { CHINESE_APP } from "./strings/chinese_app.ts";
import { CHINESE_COMPOSER } from "./strings/chinese_composer.ts";
import { CHINESE_CONNECTION } from "./strings/chinese_connection.ts";
import { CHINESE_DASHBOARD } from "./strings/chinese_dashboard.ts";
import { CHINESE_FILES } from "./strings/chinese_files.ts";
import { CHINESE_KEYS } from "./strings/chinese_keys.ts";
import { CHINESE_LISTS } from "./strings/chinese_lists.ts";
import { CHINESE_NEW_SESSION } from "./strings/chinese_new_session.ts";
import { CHINESE_PAIRING } from "./strings/chinese_pairing.ts";
import { CHINESE_SETTINGS } from "./strings/chinese_settings.ts";
import { CHINESE_TERMINAL } from "./strings/chinese_terminal.ts";
import { CHINESE_TOOLS } from "./strings/chinese_tools.ts";
import type { StringKey } from "./strings_english.ts";

export const CHINESE: Readonly<Record<StringKey, string>> = {
  ...CHINESE_CONNECTION,
  ...CHINESE_LISTS,
  ...CHINESE_NEW_SESSION,
  ...CHINESE_TERMINAL,
  ...CHINESE_TOOLS,
  ...CHINESE_COMPOSER,
  ...CHINESE_KEYS,
  ...CHINESE_FILES,
  ...CHINESE_SETTINGS,
  ...CHINESE_PAIRING,
  ...CHINESE_APP,
  ...CHINESE_DASHBOARD,
};
