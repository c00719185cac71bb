/** Puts text on the clipboard. */
import { say, sayCount } from "./strings.ts";

/** Copy `text`; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copy `text`, and say how much that was or that the browser did not allow it. */
export async function copyAloud(text: string, notify: (said: string) => void): Promise<void> {
  const done = await copyText(text);
  notify(done ? sayCount("text.copied", Array.from(text).length) : say("text.not_copied"));
}
