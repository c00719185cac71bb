/** What was sent from the composer before: kept in order, each text once, and recalled one by one. */

export const MAX_HISTORY_ENTRIES = 200;
/** A longer text is a document rather than something to send again. */
export const MAX_ENTRY_CHARACTERS = 10_000;

/** Return the history, oldest first, with `text` as its newest entry; a text that begins with a space is not kept. */
export function withEntry(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === "" || text.startsWith(" ") || text.length > MAX_ENTRY_CHARACTERS) return history;
  return [...history.filter((entry) => entry !== text), text].slice(-MAX_HISTORY_ENTRIES);
}

/** Whether a program asks for a secret on this line, as far as one can tell: what is sent then is not kept. */
export function asksForSecret(line: string): boolean {
  return /(password|passphrase|passcode|\bpin\b|密码|口令)[^:：]*[:：]\s*$/i.test(line);
}

/** Return a history from anything that was kept. */
export function historyFrom(kept: unknown): readonly string[] {
  const texts = Array.isArray(kept) ? kept.filter((entry) => typeof entry === "string") : [];
  return texts.reduce<readonly string[]>(withEntry, []);
}

/** Where in the history the composer stands, and what was written there before it went back. */
export interface Recall {
  readonly index: number;
  readonly draft: string;
}

/** Go one entry back (-1) or forward (1); null where there is none. The text beyond the newest entry is the draft. */
export function recalled(
  history: readonly string[],
  recall: Recall | null,
  direction: -1 | 1,
  written: string,
): { readonly recall: Recall | null; readonly text: string } | null {
  const present = recall ?? { index: history.length, draft: written };
  const index = present.index + direction;
  if (index < 0 || index > history.length) return null;
  const entry = history[index];
  return entry === undefined
    ? { recall: null, text: present.draft }
    : { recall: { ...present, index }, text: entry };
}

/** Which way an arrow leads out of the text; null where it moves the cursor within it. */
export function leavesText(key: string, text: string, cursor: number, isWrapped: boolean): -1 | 1 | null {
  if (key === "ArrowUp" && !text.slice(0, cursor).includes("\n") && (!isWrapped || cursor === 0)) return -1;
  if (key === "ArrowDown" && !text.slice(cursor).includes("\n") && (!isWrapped || cursor === text.length))
    return 1;
  return null;
}
