/** Values that the relay signs and later recognises without storing them: device ids, pair tokens, invites. */

import { tagMatches, tagOf } from "./auth.ts";
import { TOKEN_NONCE_BYTES, TOKEN_TAG_BYTES } from "./limits.ts";
import {
  DEVICE_ID_BYTES,
  DEVICE_ID_RANDOM_BYTES,
  DEVICE_ID_TAG_BYTES,
  decodeBase64url,
  encodeBase32,
  encodeBase64url,
  INVITE_BYTES,
  PAIR_TOKEN_BYTES,
  parseDeviceId,
} from "./wire/identifiers.ts";

const EXPIRY_BYTES = 4;

/** A pair token that was recognised and has not expired. */
export interface PairToken {
  readonly deviceId: string;
  readonly expiresAtSeconds: number;
  readonly nonce: Uint8Array<ArrayBuffer>;
}

/** Make a `device_id` of 16 random bytes: they, then their tag. */
export async function makeDeviceId(key: string, random: Uint8Array<ArrayBuffer>): Promise<string> {
  return encodeBase32(joinBytes(random, await tagOf(key, random, DEVICE_ID_TAG_BYTES)));
}

/** Say whether a `device_id` was made by this relay; nothing is looked up. */
export async function isOwnDeviceId(keys: readonly string[], text: string): Promise<boolean> {
  const bytes = parseDeviceId(text);
  if (bytes === null) {
    return false;
  }
  return tagMatches(keys, bytes.slice(0, DEVICE_ID_RANDOM_BYTES), bytes.subarray(DEVICE_ID_RANDOM_BYTES));
}

/** Make a pair token for a device: id, expiry, nonce, then the tag of all three. */
export async function makePairToken(key: string, token: PairToken): Promise<string> {
  const deviceId = parseDeviceId(token.deviceId);
  if (deviceId === null) {
    throw new RangeError("a pair token needs a well-formed device id");
  }
  const signed = joinBytes(deviceId, expiryBytes(token.expiresAtSeconds), token.nonce);
  return encodeBase64url(joinBytes(signed, await tagOf(key, signed, TOKEN_TAG_BYTES)));
}

/** Recognise a pair token; null if it is malformed, not ours, or expired at `nowSeconds`. */
export async function readPairToken(
  keys: readonly string[],
  text: string,
  nowSeconds: number,
): Promise<PairToken | null> {
  const signed = await readSigned(keys, text, PAIR_TOKEN_BYTES);
  if (signed === null) {
    return null;
  }
  const expiresAtSeconds = new DataView(signed.buffer).getUint32(DEVICE_ID_BYTES);
  if (nowSeconds >= expiresAtSeconds) {
    return null;
  }
  return {
    deviceId: encodeBase32(signed.subarray(0, DEVICE_ID_BYTES)),
    expiresAtSeconds,
    nonce: signed.slice(DEVICE_ID_BYTES + EXPIRY_BYTES),
  };
}

/**
 * Say whether `text` is an invite to register a device that has not expired: expiry, nonce, then their tag.
 * Whoever knows the registration secret makes invites by itself.
 */
export async function isInvite(keys: readonly string[], text: string, nowSeconds: number): Promise<boolean> {
  const signed = await readSigned(keys, text, INVITE_BYTES);
  return signed !== null && nowSeconds < new DataView(signed.buffer).getUint32(0);
}

/** Make a fresh nonce. */
export function makeNonce(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(TOKEN_NONCE_BYTES));
}

async function readSigned(
  keys: readonly string[],
  text: string,
  lengthBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = decodeBase64url(text, lengthBytes);
  if (bytes === null) {
    return null;
  }
  const signed = bytes.slice(0, lengthBytes - TOKEN_TAG_BYTES);
  return (await tagMatches(keys, signed, bytes.subarray(lengthBytes - TOKEN_TAG_BYTES))) ? signed : null;
}

function expiryBytes(expiresAtSeconds: number): Uint8Array {
  const bytes = new Uint8Array(EXPIRY_BYTES);
  new DataView(bytes.buffer).setUint32(0, expiresAtSeconds);
  return bytes;
}

function joinBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.byteLength;
  }
  return joined;
}
