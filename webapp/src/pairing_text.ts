/** What pairing says to the user: each failure in one sentence with what to do, and links that are pasted. */
import type { PairingEnd, PairingTrouble } from "./pairing_view.ts";

export function troubleText(trouble: PairingTrouble, triesLeft: number): string {
  switch (trouble) {
    case "wrong_code":
      return `That code is not right. ${triesLeft === 1 ? "One try is" : `${triesLeft} tries are`} left.`;
    case "no_connection":
      return "The connection was lost. Check the network and try again.";
    case "rate_limited":
      return "Too many attempts in a short time. Wait a minute and try again.";
    case "server":
      return "The relay had a problem. Try again in a moment.";
  }
}

export function endText(reason: PairingEnd): { readonly title: string; readonly hint: string } {
  switch (reason) {
    case "ended":
      return {
        title: "This pairing has ended",
        hint: "It was used, it expired, or the code was wrong five times. Start a new one on the machine:",
      };
    case "expired":
      return {
        title: "This link has expired",
        hint: "A link is good for a few minutes. Make a new one on the machine:",
      };
    case "used":
      return {
        title: "This link was already used",
        hint: "One link pairs one phone. Make a new one on the machine:",
      };
    case "bad_link":
      return {
        title: "This is not a complete pairing link",
        hint: "Scan the code again, or make a new one on the machine:",
      };
    case "refused":
      return {
        title: "The relay refused this page",
        hint: "Open the link that the machine shows, at the relay’s own address. Make a new one with:",
      };
  }
}

export type PastedLink =
  | { readonly kind: "fragment"; readonly fragment: string }
  | { readonly kind: "problem"; readonly problem: string };

/** Return the fragment of a link of the relay at `origin`, or why it cannot be used here. */
export function pastedLink(text: string, origin: string): PastedLink {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "problem", problem: "Paste the link that the machine shows." };
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return { kind: "problem", problem: "That is not a link. Copy all of it, from https:// to its end." };
  }
  if (url.origin !== origin) {
    return { kind: "problem", problem: `That link belongs to ${url.host}. Open it in the browser instead.` };
  }
  const fragment = url.hash.slice(1);
  if (fragment === "")
    return { kind: "problem", problem: "The link is cut off. Copy all of it, to its end." };
  return { kind: "fragment", fragment };
}
