/** What pairing says to the user: each failure in one sentence with what to do, and links that are pasted. */
import type { PairingEnd, PairingTrouble } from "./pairing_view.ts";
import { say, sayCount } from "./strings.ts";

export function troubleText(trouble: PairingTrouble, triesLeft: number): string {
  return trouble === "wrong_code" ? sayCount("pair.wrong_code", triesLeft) : say(`pair.${trouble}`);
}

export function endText(reason: PairingEnd): { readonly title: string; readonly hint: string } {
  return { title: say(`pair.${reason}`), hint: say(`pair.${reason}.hint`) };
}

export type PastedLink =
  | { readonly kind: "fragment"; readonly fragment: string }
  | { readonly kind: "problem"; readonly problem: string };

/** Return the fragment of a link of the relay at `origin`, or why it cannot be used here. */
export function pastedLink(text: string, origin: string): PastedLink {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "problem", problem: say("pair.paste.empty") };
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return { kind: "problem", problem: say("pair.paste.no_link") };
  }
  if (url.origin !== origin) {
    return { kind: "problem", problem: say("pair.paste.elsewhere", { host: url.host }) };
  }
  const fragment = url.hash.slice(1);
  if (fragment === "") return { kind: "problem", problem: say("pair.paste.cut") };
  return { kind: "fragment", fragment };
}

/** The same for a code that the camera saw: most codes of the world are nobody's pairing link. */
export function scannedLink(text: string, origin: string): PastedLink {
  return URL.canParse(text) && new URL(text).hash !== ""
    ? pastedLink(text, origin)
    : { kind: "problem", problem: say("pair.camera.another") };
}
