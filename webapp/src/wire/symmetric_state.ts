/** Chaining key, hash and handshake cipher of Noise (revision 34, §5.2), on WebCrypto. */
import { type Bytes, concatenate, EMPTY, encodeText } from "./bytes.ts";
import { CipherState } from "./cipher.ts";

const HASH_BYTES = 32;

export class SymmetricState {
  hash: Bytes;
  #chainingKey: Bytes;
  #key: Bytes | undefined;
  #cipher: CipherState | undefined;

  private constructor(hash: Bytes, chainingKey: Bytes, key?: Bytes) {
    this.hash = hash;
    this.#chainingKey = chainingKey;
    this.#key = key;
    this.#cipher = key === undefined ? undefined : new CipherState(key);
  }

  static async named(protocolName: string): Promise<SymmetricState> {
    const name = encodeText(protocolName);
    const hash =
      name.length <= HASH_BYTES
        ? concatenate(name, new Uint8Array(HASH_BYTES - name.length))
        : await sha256(name);
    return new SymmetricState(hash, hash);
  }

  /**
   * Return a state that can go on without changing this one. Copies are made between messages; the cipher's
   * counter need not come along, since in both patterns a message mixes a new key in before it seals anything.
   */
  copy(): SymmetricState {
    return new SymmetricState(this.hash, this.#chainingKey, this.#key);
  }

  async mixKey(material: Bytes): Promise<void> {
    const [chainingKey, key] = await derive(this.#chainingKey, material, 2);
    this.#setKey(chainingKey as Bytes, key as Bytes);
  }

  async mixHash(data: Bytes): Promise<void> {
    this.hash = await sha256(concatenate(this.hash, data));
  }

  async mixKeyAndHash(material: Bytes): Promise<void> {
    const [chainingKey, hashed, key] = await derive(this.#chainingKey, material, 3);
    await this.mixHash(hashed as Bytes);
    this.#setKey(chainingKey as Bytes, key as Bytes);
  }

  async encryptAndHash(plaintext: Bytes): Promise<Bytes> {
    const ciphertext = this.#cipher ? await this.#cipher.encrypt(plaintext, this.hash) : plaintext;
    await this.mixHash(ciphertext);
    return ciphertext;
  }

  async decryptAndHash(ciphertext: Bytes): Promise<Bytes> {
    const plaintext = this.#cipher ? await this.#cipher.decrypt(ciphertext, this.hash) : ciphertext;
    await this.mixHash(ciphertext);
    return plaintext;
  }

  async split(): Promise<[Bytes, Bytes]> {
    const [first, second] = await derive(this.#chainingKey, EMPTY, 2);
    return [first as Bytes, second as Bytes];
  }

  #setKey(chainingKey: Bytes, key: Bytes): void {
    this.#chainingKey = chainingKey;
    this.#key = key;
    this.#cipher = new CipherState(key);
  }
}

async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const cryptoKey = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", cryptoKey, data));
}

/** §4.3: HKDF with the chaining key as salt and no info. */
async function derive(chainingKey: Bytes, material: Bytes, outputs: number): Promise<Bytes[]> {
  const temporary = await hmac(chainingKey, material);
  const results: Bytes[] = [];
  let previous: Bytes = EMPTY;
  for (let index = 1; index <= outputs; index += 1) {
    previous = await hmac(temporary, concatenate(previous, new Uint8Array([index])));
    results.push(previous);
  }
  return results;
}
