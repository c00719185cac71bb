/** Proposes how this phone, tablet or desk is called on a machine. */
import { MAX_LABEL_CHARACTERS } from "../../relay/src/wire/limits.ts";
import { say } from "./strings.ts";

type BrowserFacts = Pick<Navigator, "userAgent" | "maxTouchPoints">;

/** Return a name from what the browser tells, such as "iPhone" or "Pixel 7". */
export function proposedLabel({ userAgent, maxTouchPoints }: BrowserFacts): string {
  if (userAgent.includes("iPhone")) return "iPhone";
  if (userAgent.includes("iPad")) return "iPad";
  const android = /Android [\d.]+; ([^;)]+?)(?: Build\/[^;)]*)?[;)]/.exec(userAgent)?.[1];
  // browsers that hide the model call every phone "K"
  if (android !== undefined && android !== "K") return android.slice(0, MAX_LABEL_CHARACTERS);
  if (userAgent.includes("Android"))
    return say(userAgent.includes("Mobile") ? "pair.android" : "pair.android_tablet");
  // Safari on an iPad calls itself a Mac, of which none has a touch screen
  if (userAgent.includes("Macintosh") && maxTouchPoints > 1) return "iPad";
  if (userAgent.includes("Macintosh")) return say("pair.browser_on", { system: "Mac" });
  if (userAgent.includes("Windows")) return say("pair.browser_on", { system: "Windows" });
  if (userAgent.includes("Linux")) return say("pair.browser_on", { system: "Linux" });
  return say("pair.browser");
}

/** Return a label that the protocol allows: no control characters, at most 64 characters, never empty. */
export function cleanLabel(text: string): string {
  const printable = [...text].filter((character) => !isControl(character)).join("");
  return [...printable.trim()].slice(0, MAX_LABEL_CHARACTERS).join("") || say("pair.device");
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
