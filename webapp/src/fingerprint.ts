/** A public key in a form that people can compare. */
import type { Bytes } from "./wire/bytes.ts";

const SHOWN_BYTES = 16;

/** Return the first 16 bytes of the key's SHA-256 as eight groups of four hexadecimal digits. */
export async function fingerprintOf(publicKey: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey));
  const digits = Array.from(digest.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, "0"));
  return digits.join("").replace(/.{4}(?=.)/g, "$& ");
}
