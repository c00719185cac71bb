/** Layer 2: both ends of an encrypted channel, frames in and frames out, always in order. */
import { decode, encode } from "@msgpack/msgpack";
import { parseDeviceId, parsePhoneId } from "../../../relay/src/wire/identifiers.ts";
import { type Bytes, concatenate, encodeText } from "./bytes.ts";
import { malformed, violation, WireError } from "./errors.ts";
import { SUITE_PAIRED, SUITE_PAIRING, type Suite, TAG_TRANSPORT } from "./frames.ts";
import { MAX_PLAINTEXT_BYTES } from "./limits.ts";
import { type CipherPair, HandshakeState, IK, IKPSK1, type KeyPair } from "./noise.ts";

export const PROTOCOL_VERSION = 1;

const PATTERN_OF_SUITE = { [SUITE_PAIRED]: IK, [SUITE_PAIRING]: IKPSK1 } as const;

/** Return the bytes that both ends hash before the handshake. */
export function prologue(deviceId: string, phoneId: string): Bytes {
  const device = parseDeviceId(deviceId);
  const phone = parsePhoneId(phoneId);
  if (device === null || phone === null) throw malformed("a device id or phone id is misspelt");
  return concatenate(encodeText("loopsy/1"), device, phone);
}

/**
 * An established channel: every frame is one Noise transport message.
 * WebCrypto works in the background; results come out in the order in which the calls were made.
 */
export class Transport {
  readonly #ciphers: CipherPair;
  #lastSealed: Promise<unknown> = Promise.resolve();
  #lastOpened: Promise<unknown> = Promise.resolve();

  constructor(ciphers: CipherPair) {
    this.#ciphers = ciphers;
  }

  /** Return the channel frame of a layer 3 message of 1 to 65,519 bytes. */
  seal(message: Bytes): Promise<Bytes> {
    if (message.length === 0 || message.length > MAX_PLAINTEXT_BYTES) {
      throw new Error(`a message has 1 to ${MAX_PLAINTEXT_BYTES} bytes, not ${message.length}`);
    }
    const sealed = this.#ciphers.send.encrypt(message);
    const frame = this.#lastSealed.then(async () =>
      concatenate(new Uint8Array([TAG_TRANSPORT]), await sealed),
    );
    this.#lastSealed = frame;
    return frame;
  }

  /** Return the message of a transport frame; after a WireError, which every later call repeats, the channel is over. */
  open(frame: Bytes): Promise<Bytes> {
    const opened = this.#ciphers.receive.decrypt(frame.slice(1));
    opened.catch(() => undefined); // awaited below, perhaps after an earlier frame has failed
    const message = this.#lastOpened.then(async () => {
      const plaintext = await opened;
      if (plaintext.length === 0) throw new WireError("decryption", "an empty message");
      return plaintext;
    });
    this.#lastOpened = message;
    return message;
  }
}

export interface InitiatorOptions {
  readonly prologue: Bytes;
  readonly staticKeys: KeyPair;
  readonly ephemeralKeys: KeyPair;
  readonly deviceKey: Bytes;
  readonly label: string;
  /** The pairing's; without it the phone is paired already. */
  readonly psk?: Bytes;
}

/** The phone's end of a handshake: send `firstFrame`, then `finish` with the daemon's answer. */
export class Initiator {
  readonly firstFrame: Bytes;
  readonly #suite: Suite;
  readonly #handshake: HandshakeState;

  private constructor(firstFrame: Bytes, suite: Suite, handshake: HandshakeState) {
    this.firstFrame = firstFrame;
    this.#suite = suite;
    this.#handshake = handshake;
  }

  static async start(options: InitiatorOptions): Promise<Initiator> {
    const { label, psk, deviceKey, ...rest } = options;
    const suite = psk === undefined ? SUITE_PAIRED : SUITE_PAIRING;
    const handshake = await HandshakeState.start({
      ...rest,
      ...(psk === undefined ? {} : { psk }),
      protocolName: PATTERN_OF_SUITE[suite],
      initiator: true,
      remoteStatic: deviceKey,
    });
    const introduction = encode({ label, versions: [PROTOCOL_VERSION] });
    const message = await handshake.writeMessage(new Uint8Array(introduction));
    return new Initiator(concatenate(new Uint8Array([suite]), message), suite, handshake);
  }

  /** Return the channel, given message 2. A WireError leaves the handshake open for the right answer. */
  async finish(frame: Bytes): Promise<Transport> {
    if (frame[0] !== this.#suite) throw malformed("an answer of another suite");
    const payload = await this.#handshake.readMessage(frame.slice(1));
    if (integerOf(decodeMap(payload).version) !== PROTOCOL_VERSION) throw violation("no common version");
    return new Transport(await this.#handshake.split());
  }
}

export interface ResponderOptions {
  readonly prologue: Bytes;
  readonly staticKeys: KeyPair;
  readonly ephemeralKeys: KeyPair;
  readonly psk?: Bytes;
}

export interface Accepted {
  readonly transport: Transport;
  readonly reply: Bytes;
  readonly suite: Suite;
  readonly phoneKey: Bytes;
  readonly label: string;
}

/** Answer message 1 as a daemon does. The app is never the responder: this end is for vectors and tests. */
export async function accept(frame: Bytes, options: ResponderOptions): Promise<Accepted> {
  const suite = suiteOf(frame);
  const { psk, ...rest } = options;
  const handshake = await HandshakeState.start({
    ...rest,
    ...(suite === SUITE_PAIRING && psk !== undefined ? { psk } : {}),
    protocolName: PATTERN_OF_SUITE[suite],
    initiator: false,
  });
  const { label, versions } = decodeMap(await handshake.readMessage(frame.slice(1)));
  if (typeof label !== "string" || !Array.isArray(versions)) throw malformed("malformed introduction");
  if (!versions.includes(PROTOCOL_VERSION)) throw violation("no common version");
  const reply = await handshake.writeMessage(new Uint8Array(encode({ version: PROTOCOL_VERSION })));
  return {
    transport: new Transport(await handshake.split()),
    reply: concatenate(frame.slice(0, 1), reply),
    suite,
    phoneKey: handshake.remoteStatic as Bytes,
    label,
  };
}

/** Return the suite of a handshake frame; WireError if it is none that we know. */
export function suiteOf(frame: Bytes): Suite {
  const tag = frame[0];
  if (tag !== SUITE_PAIRED && tag !== SUITE_PAIRING) throw malformed("not a handshake of a known suite");
  return tag;
}

function decodeMap(payload: Bytes): Record<string, unknown> {
  let value: unknown;
  try {
    value = decode(payload);
  } catch {
    throw malformed("a handshake's payload is no MessagePack");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("a handshake's payload is no map");
  }
  return value as Record<string, unknown>;
}

function integerOf(value: unknown): number {
  if (!Number.isInteger(value)) throw malformed("a version is a whole number");
  return value as number;
}
