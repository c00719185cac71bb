/** Reads what programs say about the clipboard (OSC 52): text to put there. Nobody reads it from here. */
import { readableText } from "./readable_text.ts";

/** The most that a program may put on the clipboard. */
export const MAX_CLIPBOARD_BYTES = 100 * 1_024;
const PREVIEW_CHARACTERS = 120;
const MAX_BASE64_CHARACTERS = Math.ceil(MAX_CLIPBOARD_BYTES / 3) * 4;

/** Text that a program wants on the clipboard, or why there is none. */
export type ClipboardRequest =
  | { readonly kind: "write"; readonly text: string }
  | { readonly kind: "too_large" }
  | { readonly kind: "ignored" };

/** Read what follows `OSC 52 ;`: where to, and base64 of UTF-8; a question is none of a program's business. */
export function clipboardRequest(data: string): ClipboardRequest {
  const separator = data.indexOf(";");
  const encoded = data.slice(separator + 1);
  if (separator < 0 || encoded === "" || encoded === "?") return { kind: "ignored" };
  if (encoded.length > MAX_BASE64_CHARACTERS) return { kind: "too_large" };
  const bytes = decoded(encoded);
  if (bytes.length > MAX_CLIPBOARD_BYTES) return { kind: "too_large" };
  const text = textIn(bytes);
  return text === "" ? { kind: "ignored" } : { kind: "write", text };
}

/** Return the first characters for a person to judge, on one line and with nothing invisible. */
export function clipboardPreview(text: string): string {
  const first = Array.from(text.slice(0, 2 * PREVIEW_CHARACTERS))
    .slice(0, PREVIEW_CHARACTERS)
    .join("");
  return readableText(first) + (first.length < text.length ? "…" : "");
}

/** Return the bytes; none where that is no base64. */
function decoded(encoded: string): Uint8Array {
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Return the text; none where that is no UTF-8. */
function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}
