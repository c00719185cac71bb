/** One direction's AES-GCM key and counter (Noise Protocol Framework, revision 34, §5.1), on WebCrypto. */
import { type Bytes, viewOf } from "./bytes.ts";
import { WireError } from "./errors.ts";
import { MAX_NOISE_MESSAGE_BYTES, NOISE_TAG_BYTES } from "./limits.ts";

const KEY_BYTES = 32;

/**
 * Counters are taken when an operation is asked for, so operations may overlap: the nth call uses the nth nonce.
 * Results have to be consumed in the order of the calls.
 */
export class CipherState {
  #key: Promise<CryptoKey>;
  #counter = 0;
  readonly #rekeyInterval: number | null;

  constructor(key: Bytes, rekeyIntervalMessages: number | null = null) {
    this.#key = importKey(key);
    this.#rekeyInterval = rekeyIntervalMessages;
  }

  async encrypt(plaintext: Bytes, associatedData?: Bytes): Promise<Bytes> {
    const { key, nonce } = this.#next();
    return new Uint8Array(
      await crypto.subtle.encrypt(algorithm(nonce, associatedData), await key, plaintext),
    );
  }

  /** Return the plaintext, or fail with a WireError; the state must not be used after a failure. */
  async decrypt(ciphertext: Bytes, associatedData?: Bytes): Promise<Bytes> {
    if (ciphertext.length > MAX_NOISE_MESSAGE_BYTES || ciphertext.length < NOISE_TAG_BYTES) {
      throw new WireError("decryption", "a Noise message has 16 to 65,535 bytes");
    }
    const { key, nonce } = this.#next();
    const cryptoKey = await key;
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt(algorithm(nonce, associatedData), cryptoKey, ciphertext),
      );
    } catch {
      throw new WireError("decryption", "a message does not verify");
    }
  }

  #next(): { key: Promise<CryptoKey>; nonce: Bytes } {
    const counter = this.#counter;
    if (this.#rekeyInterval !== null && counter > 0 && counter % this.#rekeyInterval === 0) {
      this.#key = this.#key.then(rekeyed);
    }
    this.#counter = counter + 1;
    return { key: this.#key, nonce: nonceOf(BigInt(counter)) };
  }
}

/** §4.2: the first 32 bytes of encrypting zeros with the largest nonce; the counter goes on. */
async function rekeyed(key: CryptoKey): Promise<CryptoKey> {
  const largest = nonceOf(0xffff_ffff_ffff_ffffn);
  const sealed = await crypto.subtle.encrypt(algorithm(largest), key, new Uint8Array(KEY_BYTES));
  return importKey(new Uint8Array(sealed.slice(0, KEY_BYTES)));
}

function importKey(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** §12.4: 32 zero bits, then the counter big-endian. */
function nonceOf(counter: bigint): Bytes {
  const nonce = new Uint8Array(12);
  viewOf(nonce).setBigUint64(4, counter);
  return nonce;
}

function algorithm(nonce: Bytes, associatedData?: Bytes): AesGcmParams {
  return associatedData === undefined
    ? { name: "AES-GCM", iv: nonce }
    : { name: "AES-GCM", iv: nonce, additionalData: associatedData };
}
