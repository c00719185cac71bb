/** X25519 key pairs from the raw private keys of vectors. */
import { type Bytes, concatenate } from "../../src/wire/bytes.ts";
import type { KeyPair } from "../../src/wire/noise.ts";

/** RFC 8410: what stands before the 32 bytes in PKCS #8. */
const PKCS8_HEAD = new Uint8Array([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20,
]);
/** RFC 7748 §4.1: the public key is the private one times this point. */
const BASE_POINT = new Uint8Array(32).fill(9, 0, 1);

export async function keyPairOf(privateKey: Bytes): Promise<KeyPair> {
  const pkcs8 = concatenate(PKCS8_HEAD, privateKey);
  const imported = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  const point = await crypto.subtle.importKey("raw", BASE_POINT, "X25519", false, []);
  const publicKey = await crypto.subtle.deriveBits({ name: "X25519", public: point }, imported, 256);
  return { privateKey: imported, publicKey: new Uint8Array(publicKey) };
}

export function fromHex(hex: string): Bytes {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new Error(`not hexadecimal: ${hex.slice(0, 20)}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
