/** All that the app and the dashboard say, in English; the keys are those of every language. */
import { ENGLISH_APP } from "./strings/english_app.ts";
import { ENGLISH_COMPOSER } from "./strings/english_composer.ts";
import { ENGLISH_CONNECTION } from "./strings/english_connection.ts";
import { ENGLISH_DASHBOARD } from "./strings/english_dashboard.ts";
import { ENGLISH_FILES } from "./strings/english_files.ts";
import { ENGLISH_KEYS } from "./strings/english_keys.ts";
import { ENGLISH_LISTS } from "./strings/english_lists.ts";
import { ENGLISH_NEW_SESSION } from "./strings/english_new_session.ts";
import { ENGLISH_PAIRING } from "./strings/english_pairing.ts";
import { ENGLISH_SETTINGS } from "./strings/english_settings.ts";
import { ENGLISH_TERMINAL } from "./strings/english_terminal.ts";
import { ENGLISH_TOOLS } from "./strings/english_tools.ts";

/** A part for every room of the app; what a part says in English, its Chinese twin says too. */
export const ENGLISH = {
  ...ENGLISH_CONNECTION,
  ...ENGLISH_LISTS,
  ...ENGLISH_NEW_SESSION,
  ...ENGLISH_TERMINAL,
  ...ENGLISH_TOOLS,
  ...ENGLISH_COMPOSER,
  ...ENGLISH_KEYS,
  ...ENGLISH_FILES,
  ...ENGLISH_SETTINGS,
  ...ENGLISH_PAIRING,
  ...ENGLISH_APP,
  ...ENGLISH_DASHBOARD,
} as const;

export type StringKey = keyof typeof ENGLISH;
