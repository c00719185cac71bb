/** Proposes how this phone is called on a machine. */
import { MAX_LABEL_CHARACTERS } from "../../relay/src/wire/limits.ts";

/** Return a name from the browser's user agent, such as "iPhone" or "Pixel 7". */
export function proposedLabel(userAgent: string): string {
  if (userAgent.includes("iPhone")) return "iPhone";
  if (userAgent.includes("iPad")) return "iPad";
  const android = /Android [\d.]+; ([^;)]+?)(?: Build\/[^;)]*)?[;)]/.exec(userAgent)?.[1];
  // browsers that hide the model call every phone "K"
  if (android !== undefined && android !== "K") return android.slice(0, MAX_LABEL_CHARACTERS);
  if (userAgent.includes("Android")) return "Android phone";
  if (userAgent.includes("Macintosh")) return "Mac browser";
  if (userAgent.includes("Windows")) return "Windows browser";
  if (userAgent.includes("Linux")) return "Linux browser";
  return "Browser";
}

/** Return a label that the protocol allows: no control characters, at most 64 characters, never empty. */
export function cleanLabel(text: string): string {
  const printable = [...text].filter((character) => !isControl(character)).join("");
  return [...printable.trim()].slice(0, MAX_LABEL_CHARACTERS).join("") || "Phone";
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
