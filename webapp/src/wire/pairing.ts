/** Pairing as values: the link's fragment, and the key that its code makes. */
import {
  DEVICE_ID_BYTES,
  decodeBase64url,
  encodeBase32,
  encodeBase64url,
  PAIR_TOKEN_BYTES,
} from "../../../relay/src/wire/identifiers.ts";
import { type Bytes, concatenate, EMPTY, encodeText } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { CODE_DIGITS_MAX, CODE_DIGITS_MIN } from "./limits.ts";

const FRAGMENT_VERSION = 1;
const KEY_BYTES = 32;
const PAIRING_SECRET_BYTES = 16;
const FRAGMENT_BYTES = 2 + PAIR_TOKEN_BYTES + KEY_BYTES + PAIRING_SECRET_BYTES;

/** What the pairing link carries; the code is not in it and cannot be computed from it. */
export interface Offer {
  readonly digits: number;
  readonly token: string;
  readonly deviceId: string;
  readonly deviceKey: Bytes;
  readonly secret: Bytes;
}

/** Return the offer of the text behind `#`; WireError if it is no pairing link of this version. */
export function decodeFragment(text: string): Offer {
  const raw = decodeBase64url(text, FRAGMENT_BYTES);
  if (raw === null || raw[0] !== FRAGMENT_VERSION) {
    throw malformed("not a pairing link of this version");
  }
  const digits = raw[1] as number;
  if (digits < CODE_DIGITS_MIN || digits > CODE_DIGITS_MAX) throw malformed("a code has 4 to 8 digits");
  const keyAt = 2 + PAIR_TOKEN_BYTES;
  const secretAt = keyAt + KEY_BYTES;
  const token = raw.slice(2, keyAt);
  return {
    digits,
    token: encodeBase64url(token),
    deviceId: encodeBase32(token.slice(0, DEVICE_ID_BYTES)),
    deviceKey: raw.slice(keyAt, secretAt),
    secret: raw.slice(secretAt),
  };
}

/** Return the text behind `#` of a pairing link. */
export function encodeFragment(offer: Omit<Offer, "deviceId">): string {
  const token = decodeBase64url(offer.token, PAIR_TOKEN_BYTES);
  if (
    token === null ||
    offer.deviceKey.length !== KEY_BYTES ||
    offer.secret.length !== PAIRING_SECRET_BYTES
  ) {
    throw malformed("a part of the offer has a wrong length");
  }
  const head = new Uint8Array([FRAGMENT_VERSION, offer.digits]);
  return encodeBase64url(concatenate(head, token, offer.deviceKey, offer.secret));
}

/** Return the 32-byte psk of suite 0x02: HKDF-SHA256 (RFC 5869) over the pairing secret and the code's digits. */
export async function pairingPsk(secret: Bytes, code: string): Promise<Bytes> {
  const material = concatenate(secret, encodeText(code));
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  const info = encodeText("loopsy/1 pairing");
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: EMPTY, info }, key, 256),
  );
}
