/** Proposes how this phone is called on a machine. */
import { MAX_LABEL_CHARACTERS } from "../../relay/src/wire/limits.ts";
import { say } from "./strings.ts";

/** Return a name from the browser's user agent, such as "iPhone" or "Pixel 7". */
export function proposedLabel(userAgent: string): string {
  if (userAgent.includes("iPhone")) return "iPhone";
  if (userAgent.includes("iPad")) return "iPad";
  const android = /Android [\d.]+; ([^;)]+?)(?: Build\/[^;)]*)?[;)]/.exec(userAgent)?.[1];
  // browsers that hide the model call every phone "K"
  if (android !== undefined && android !== "K") return android.slice(0, MAX_LABEL_CHARACTERS);
  if (userAgent.includes("Android")) return say("pair.android");
  if (userAgent.includes("Macintosh")) return say("pair.browser_on", { system: "Mac" });
  if (userAgent.includes("Windows")) return say("pair.browser_on", { system: "Windows" });
  if (userAgent.includes("Linux")) return say("pair.browser_on", { system: "Linux" });
  return say("pair.browser");
}

/** Return a label that the protocol allows: no control characters, at most 64 characters, never empty. */
export function cleanLabel(text: string): string {
  const printable = [...text].filter((character) => !isControl(character)).join("");
  return [...printable.trim()].slice(0, MAX_LABEL_CHARACTERS).join("") || say("pair.phone");
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
