/** The Noise handshakes IK and IKpsk1 over X25519, AES-GCM and SHA-256 (revision 34), on WebCrypto. */
import { type Bytes, concatenate } from "./bytes.ts";
import { CipherState } from "./cipher.ts";
import { malformed, WireError } from "./errors.ts";
import { MAX_NOISE_MESSAGE_BYTES, NOISE_TAG_BYTES, REKEY_INTERVAL_MESSAGES } from "./limits.ts";
import { SymmetricState } from "./symmetric_state.ts";

export const IK = "Noise_IK_25519_AESGCM_SHA256";
export const IKPSK1 = "Noise_IKpsk1_25519_AESGCM_SHA256";
export type ProtocolName = typeof IK | typeof IKPSK1;

export const KEY_BYTES = 32;

type DhToken = "ee" | "es" | "se" | "ss";
type Token = "e" | "s" | "psk" | DhToken;

// §7.5 and §9: the message patterns; the responder's static key is known before (`<- s`).
const PATTERNS: Readonly<Record<ProtocolName, readonly (readonly Token[])[]>> = {
  [IK]: [
    ["e", "es", "s", "ss"],
    ["e", "ee", "se"],
  ],
  [IKPSK1]: [
    ["e", "es", "s", "ss", "psk"],
    ["e", "ee", "se"],
  ],
};

/** An X25519 key pair whose private half may be impossible to read. */
export interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: Bytes;
}

export interface HandshakeOptions {
  readonly protocolName: ProtocolName;
  readonly initiator: boolean;
  readonly prologue: Bytes;
  readonly staticKeys: KeyPair;
  readonly ephemeralKeys: KeyPair;
  readonly remoteStatic?: Bytes;
  readonly psk?: Bytes;
}

/** What both directions need after the handshake. */
export interface CipherPair {
  readonly send: CipherState;
  readonly receive: CipherState;
}

/** Make a key pair; the private key never leaves WebCrypto. */
export async function generateKeyPair(): Promise<KeyPair> {
  const pair = (await crypto.subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { privateKey: pair.privateKey, publicKey };
}

/**
 * One handshake (§5.3): `writeMessage` and `readMessage` in turn, then `split`.
 * A message that does not verify changes nothing: the right one may still be read after it.
 */
export class HandshakeState {
  readonly #options: HandshakeOptions;
  readonly #patterns: readonly (readonly Token[])[];
  #symmetric: SymmetricState;
  #messages = 0;
  #remoteStatic: Bytes | undefined;
  #remoteEphemeral: Bytes | undefined;

  private constructor(options: HandshakeOptions, symmetric: SymmetricState) {
    this.#options = options;
    this.#patterns = PATTERNS[options.protocolName];
    this.#symmetric = symmetric;
    this.#remoteStatic = options.remoteStatic;
  }

  static async start(options: HandshakeOptions): Promise<HandshakeState> {
    const { protocolName, initiator, psk } = options;
    if ((psk !== undefined) !== (protocolName === IKPSK1)) {
      throw new Error("a psk belongs to IKpsk1, and IKpsk1 needs one");
    }
    const responderStatic = initiator ? options.remoteStatic : options.staticKeys.publicKey;
    if (responderStatic === undefined) throw new Error("an initiator knows the responder's static key");
    const symmetric = await SymmetricState.named(protocolName);
    await symmetric.mixHash(options.prologue);
    await symmetric.mixHash(responderStatic);
    return new HandshakeState(options, symmetric);
  }

  /** The other side's static public key, once its message was read. */
  get remoteStatic(): Bytes | undefined {
    return this.#remoteStatic;
  }

  /** The hash of everything so far (§11.2). */
  get handshakeHash(): Bytes {
    return this.#symmetric.hash;
  }

  get finished(): boolean {
    return this.#messages === this.#patterns.length;
  }

  async writeMessage(payload: Bytes): Promise<Bytes> {
    const symmetric = this.#symmetric.copy();
    const { staticKeys, ephemeralKeys } = this.#options;
    const parts: Bytes[] = [];
    for (const token of this.#pattern()) {
      if (token === "e") {
        parts.push(ephemeralKeys.publicKey);
        await this.#mixEphemeral(symmetric, ephemeralKeys.publicKey);
      } else if (token === "s") {
        parts.push(await symmetric.encryptAndHash(staticKeys.publicKey));
      } else {
        await this.#mixToken(symmetric, token, this.#remoteStatic, this.#remoteEphemeral);
      }
    }
    parts.push(await symmetric.encryptAndHash(payload));
    this.#symmetric = symmetric;
    this.#messages += 1;
    return concatenate(...parts);
  }

  /** Return the payload of the other side's message, or fail with a WireError. */
  async readMessage(message: Bytes): Promise<Bytes> {
    if (message.length > MAX_NOISE_MESSAGE_BYTES) throw malformed("a Noise message has at most 65,535 bytes");
    const symmetric = this.#symmetric.copy();
    let remoteStatic = this.#remoteStatic;
    let remoteEphemeral = this.#remoteEphemeral;
    let at = 0;
    const take = (size: number): Bytes => {
      if (message.length - at < size) throw malformed("a handshake message is too short");
      at += size;
      return message.slice(at - size, at);
    };
    for (const token of this.#pattern()) {
      if (token === "e") {
        remoteEphemeral = take(KEY_BYTES);
        await this.#mixEphemeral(symmetric, remoteEphemeral);
      } else if (token === "s") {
        remoteStatic = await symmetric.decryptAndHash(take(KEY_BYTES + NOISE_TAG_BYTES));
      } else {
        await this.#mixToken(symmetric, token, remoteStatic, remoteEphemeral);
      }
    }
    const payload = await symmetric.decryptAndHash(message.slice(at));
    this.#symmetric = symmetric;
    this.#remoteStatic = remoteStatic;
    this.#remoteEphemeral = remoteEphemeral;
    this.#messages += 1;
    return payload;
  }

  /** Return the transport ciphers after the last handshake message. */
  async split(rekeyIntervalMessages: number | null = REKEY_INTERVAL_MESSAGES): Promise<CipherPair> {
    if (!this.finished) throw new Error("the handshake is not finished");
    const [first, second] = await this.#symmetric.split();
    const ciphers = [first, second].map((key) => new CipherState(key, rekeyIntervalMessages));
    const [send, receive] = this.#options.initiator ? ciphers : ciphers.reverse();
    return { send, receive } as CipherPair;
  }

  #pattern(): readonly Token[] {
    const pattern = this.#patterns[this.#messages];
    if (pattern === undefined) throw new Error("the handshake is finished");
    return pattern;
  }

  async #mixEphemeral(symmetric: SymmetricState, ephemeral: Bytes): Promise<void> {
    await symmetric.mixHash(ephemeral);
    // §9.2: in a psk handshake an "e" is mixed into the key as well
    if (this.#options.psk !== undefined) await symmetric.mixKey(ephemeral);
  }

  async #mixToken(
    symmetric: SymmetricState,
    token: "psk" | DhToken,
    remoteStatic: Bytes | undefined,
    remoteEphemeral: Bytes | undefined,
  ): Promise<void> {
    const { psk, initiator, ephemeralKeys, staticKeys } = this.#options;
    if (token === "psk") {
      await symmetric.mixKeyAndHash(psk as Bytes);
      return;
    }
    // "es" is the initiator's ephemeral with the responder's static, whoever computes it
    const [ours, theirs] = initiator ? [token[0], token[1]] : [token[1], token[0]];
    const keys = ours === "e" ? ephemeralKeys : staticKeys;
    const remote = theirs === "e" ? remoteEphemeral : remoteStatic;
    if (remote === undefined) throw new Error(`no remote key for ${token}`);
    await symmetric.mixKey(await exchange(keys.privateKey, remote));
  }
}

async function exchange(privateKey: CryptoKey, publicKey: Bytes): Promise<Bytes> {
  try {
    const remote = await crypto.subtle.importKey("raw", publicKey, "X25519", false, []);
    return new Uint8Array(
      await crypto.subtle.deriveBits({ name: "X25519", public: remote }, privateKey, 256),
    );
  } catch {
    // a low-order point gives zeros, which WebCrypto refuses; nothing honest sends one
    throw new WireError("decryption", "an invalid public key");
  }
}
