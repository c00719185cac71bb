/** Identifiers and secrets as text: strict base32 and base64url, where every value has exactly one spelling. */

export const DEVICE_ID_BYTES = 24;
export const DEVICE_ID_RANDOM_BYTES = 16;
export const DEVICE_ID_TAG_BYTES = 8;
export const PHONE_ID_BYTES = 16;
export const SECRET_BYTES = 32;
export const PAIR_TOKEN_BYTES = 56;
export const INVITE_BYTES = 32;

const BASE32_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BASE64URL_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Write `bytes` as base32 (RFC 4648 §6), lower case, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  return encode(bytes, BASE32_ALPHABET, 5);
}

/** Write `bytes` as base64url (RFC 4648 §5) without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, BASE64URL_ALPHABET, 6);
}

/** Read base32 of exactly `lengthBytes` bytes; null if the text is not its one spelling. */
export function decodeBase32(text: string, lengthBytes: number): Uint8Array<ArrayBuffer> | null {
  return decode(text, BASE32_ALPHABET, 5, lengthBytes);
}

/** Read base64url of exactly `lengthBytes` bytes; null if the text is not its one spelling. */
export function decodeBase64url(text: string, lengthBytes: number): Uint8Array<ArrayBuffer> | null {
  return decode(text, BASE64URL_ALPHABET, 6, lengthBytes);
}

/** Read a `device_id`; whether its tag is right only the relay can say. */
export function parseDeviceId(text: string): Uint8Array<ArrayBuffer> | null {
  return decodeBase32(text, DEVICE_ID_BYTES);
}

/** Read a `phone_id`. */
export function parsePhoneId(text: string): Uint8Array<ArrayBuffer> | null {
  return decodeBase32(text, PHONE_ID_BYTES);
}

/** Read a device's or phone's secret. */
export function parseSecret(text: string): Uint8Array<ArrayBuffer> | null {
  return decodeBase64url(text, SECRET_BYTES);
}

function encode(bytes: Uint8Array, alphabet: string, bitsPerCharacter: number): string {
  const mask = (1 << bitsPerCharacter) - 1;
  let text = "";
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    heldBits += 8;
    while (heldBits >= bitsPerCharacter) {
      heldBits -= bitsPerCharacter;
      text += alphabet.charAt((held >> heldBits) & mask);
    }
    held &= (1 << heldBits) - 1;
  }
  if (heldBits > 0) {
    text += alphabet.charAt((held << (bitsPerCharacter - heldBits)) & mask);
  }
  return text;
}

function decode(
  text: string,
  alphabet: string,
  bitsPerCharacter: number,
  lengthBytes: number,
): Uint8Array<ArrayBuffer> | null {
  if (text.length !== Math.ceil((lengthBytes * 8) / bitsPerCharacter)) {
    return null;
  }
  const bytes = new Uint8Array(lengthBytes);
  let position = 0;
  let held = 0;
  let heldBits = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) {
      return null;
    }
    held = (held << bitsPerCharacter) | value;
    heldBits += bitsPerCharacter;
    if (heldBits >= 8) {
      heldBits -= 8;
      bytes[position] = held >> heldBits;
      position += 1;
      held &= (1 << heldBits) - 1;
    }
  }
  // What is held now are trailing bits: not zero would be a second spelling of the same bytes.
  return held === 0 ? bytes : null;
}
