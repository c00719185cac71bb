/** Runs the shared vectors of layers 2 and 3. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Bytes, copyOf } from "../src/wire/bytes.ts";
import { accept, Initiator, prologue, type Transport } from "../src/wire/channel.ts";
import { CipherState } from "../src/wire/cipher.ts";
import { WireError } from "../src/wire/errors.ts";
import {
  decodeMessage,
  encodeBlob,
  encodeControl,
  encodeInput,
  encodeOutput,
  encodeSnapshot,
} from "../src/wire/frames.ts";
import { REKEY_INTERVAL_MESSAGES } from "../src/wire/limits.ts";
import { decodeDaemonMessage, encodeMessage } from "../src/wire/message_codec.ts";
import type { ClientMessage } from "../src/wire/messages.ts";
import { decodeFragment, encodeFragment, pairingPsk } from "../src/wire/pairing.ts";
import { runVectors } from "./support/noise_vectors.ts";
import { fromHex, keyPairOf, toHex } from "./support/raw_keys.ts";

type Json = Record<string, unknown>;
type Texts = Record<string, string>;

function textOf(file: string): string {
  return readFileSync(new URL(`../../tests/vectors/${file}.json`, import.meta.url), "utf8");
}

/** Return the lists of a file, each of whose entries has these keys and no others. */
function load(file: string, shape: Record<string, readonly string[]>): Record<string, Json[]> {
  const content = JSON.parse(textOf(file)) as Record<string, Json[]>;
  assert.deepEqual(Object.keys(content).sort(), Object.keys(shape).sort(), `${file}.json has unknown parts`);
  for (const [part, keys] of Object.entries(shape)) {
    for (const entry of [content[part]].flat()) {
      assert.deepEqual(
        Object.keys(entry ?? {}).sort(),
        [...keys].sort(),
        `${file}.json, ${part}: unknown keys`,
      );
    }
  }
  return content;
}

function wireError(reason: unknown): (error: unknown) => boolean {
  return (error) => error instanceof WireError && (reason === undefined || error.reason === reason);
}

test("noise.json: both handshakes, as initiator and as responder", async () => {
  const outcome = await runVectors(textOf("noise"));
  assert.deepEqual(outcome.problems, []);
  assert.ok(outcome.passed >= 2 && outcome.skipped === 0);
});

const channel = load("channel", {
  conversations: [
    "name",
    "device_id",
    "phone_id",
    "device_static",
    "device_ephemeral",
    "phone_static",
    "phone_ephemeral",
    "psk",
    "label",
    "first_frame",
    "reply_frame",
    "transport",
  ],
  rejected: ["name", "frame", "error"],
  rekey: ["key", "messages"],
});

async function endsOf(
  conversation: Json,
): Promise<{ device: Parameters<typeof accept>[1]; phone: Initiator }> {
  const c = conversation as Texts;
  const ids = prologue(String(c.device_id), String(c.phone_id));
  const psk = conversation.psk === null ? {} : { psk: fromHex(String(c.psk)) };
  const deviceKeys = await keyPairOf(fromHex(String(c.device_static)));
  const device = {
    prologue: ids,
    staticKeys: deviceKeys,
    ephemeralKeys: await keyPairOf(fromHex(String(c.device_ephemeral))),
    ...psk,
  };
  const phone = await Initiator.start({
    prologue: ids,
    staticKeys: await keyPairOf(fromHex(String(c.phone_static))),
    ephemeralKeys: await keyPairOf(fromHex(String(c.phone_ephemeral))),
    deviceKey: deviceKeys.publicKey,
    label: String(c.label),
    ...psk,
  });
  return { device, phone };
}

for (const conversation of channel.conversations ?? []) {
  test(`channel.json: ${conversation.name}`, async () => {
    const { device, phone } = await endsOf(conversation);
    assert.equal(toHex(phone.firstFrame), conversation.first_frame);
    const accepted = await accept(phone.firstFrame, device);
    assert.equal(toHex(accepted.reply), conversation.reply_frame);
    assert.equal(accepted.label, conversation.label);
    const ends: Record<string, Transport> = {
      phone: await phone.finish(accepted.reply),
      daemon: accepted.transport,
    };
    for (const { from, message, frame, ...rest } of conversation.transport as Texts[]) {
      assert.deepEqual(rest, {});
      const [sender, receiver] = from === "phone" ? [ends.phone, ends.daemon] : [ends.daemon, ends.phone];
      const sealed = await sender?.seal(fromHex(String(message)));
      assert.equal(toHex(sealed as Bytes), frame);
      assert.equal(toHex((await receiver?.open(sealed as Bytes)) as Bytes), message);
    }
  });
}

for (const { name, frame, error } of channel.rejected ?? []) {
  test(`channel.json: refuses ${name}`, async () => {
    const { device } = await endsOf(channel.conversations?.[0] as Json);
    const withPsk = { ...device, psk: device.psk ?? new Uint8Array(32) };
    await assert.rejects(accept(fromHex(String(frame)), withPsk), wireError(error));
  });
}

const BATCH_MESSAGES = 4_096;

test("channel.json: both ends rekey at the same message", async () => {
  const { key, messages } = channel.rekey as unknown as { key: string; messages: Json[] };
  const [sender, receiver] = [0, 1].map(() => new CipherState(fromHex(key), REKEY_INTERVAL_MESSAGES));
  const wanted = new Map(messages.map((message) => [message.number, message]));
  const last = Math.max(...messages.map(({ number }) => Number(number)));
  const plaintextOf = (number: number): Bytes => fromHex(String(wanted.get(number)?.plaintext ?? ""));
  let checked = 0;
  for (let first = 0; first <= last; first += BATCH_MESSAGES) {
    const length = Math.min(BATCH_MESSAGES, last + 1 - first);
    const numbers = Array.from({ length }, (_, index) => first + index);
    const sealed = await Promise.all(
      numbers.map((number) => (sender as CipherState).encrypt(plaintextOf(number))),
    );
    const opened = await Promise.all(sealed.map((message) => (receiver as CipherState).decrypt(message)));
    for (const [index, number] of numbers.entries()) {
      assert.deepEqual(opened[index], plaintextOf(number));
      if (!wanted.has(number)) continue;
      assert.equal(toHex(sealed[index] as Bytes), wanted.get(number)?.ciphertext);
      checked += 1;
    }
  }
  assert.equal(checked, messages.length);
});

const pairing = load("pairing", {
  fragments: ["fragment", "digits", "token", "device_id", "device_key", "secret"],
  bad_fragments: ["name", "fragment", "error"],
  psks: ["secret", "code", "psk"],
});

test("pairing.json: fragments both ways", () => {
  for (const vector of pairing.fragments ?? []) {
    const offer = decodeFragment(String(vector.fragment));
    assert.equal(offer.digits, vector.digits);
    assert.equal(offer.token, vector.token);
    assert.equal(offer.deviceId, vector.device_id);
    assert.equal(toHex(offer.deviceKey), vector.device_key);
    assert.equal(toHex(offer.secret), vector.secret);
    assert.equal(encodeFragment(offer), vector.fragment);
  }
});

for (const { name, fragment, error } of pairing.bad_fragments ?? []) {
  test(`pairing.json: refuses a fragment that is ${name}`, () => {
    assert.throws(() => decodeFragment(String(fragment)), wireError(error));
  });
}

test("pairing.json: the psk of secret and code", async () => {
  for (const { secret, code, psk } of pairing.psks ?? []) {
    assert.equal(toHex(await pairingPsk(fromHex(String(secret)), String(code))), psk);
  }
});

const session = load("session", {
  stream_messages: ["kind", "stream", "offset", "data", "message"],
  control: ["from", "message", "value"],
  ignored: ["name", "from", "message"],
  malformed: ["name", "from", "message"],
});
const ENCODERS = { output: encodeOutput, input: encodeInput, blob: encodeBlob, snapshot: encodeSnapshot };

test("session.json: stream messages both ways", () => {
  for (const { kind, stream, offset, data, message } of session.stream_messages ?? []) {
    const encode = ENCODERS[kind as keyof typeof ENCODERS];
    assert.equal(toHex(encode(Number(stream), Number(offset), fromHex(String(data)))), message);
    const decoded = decodeMessage(fromHex(String(message)));
    const number = kind === "blob" ? { transfer: stream } : { stream };
    assert.deepEqual(decoded, { kind, ...number, offset, data: fromHex(String(data)) });
  }
});

for (const { from, message, value } of session.control ?? []) {
  const { type } = value as Texts;
  test(`session.json: ${type} from the ${from}`, () => {
    if (from === "client") {
      assert.equal(toHex(encodeControl(encodeMessage(bytesIn(value) as ClientMessage))), message);
      return;
    }
    const frame = decodeMessage(fromHex(String(message)));
    assert.equal(frame.kind, "control");
    const decoded = frame.kind === "control" ? decodeDaemonMessage(frame.body) : null;
    assertFields(decoded, bytesIn(value));
  });
}

/** The app reads every field of the protocol but these two, which it has no use for. */
const UNREAD = new Set(["device_id", "phone"]);

/** Compare what was decoded with a vector, in which an absent field and a null one mean the same. */
function assertFields(actual: unknown, expected: unknown): void {
  if (
    typeof actual !== "object" ||
    actual === null ||
    Array.isArray(actual) ||
    actual instanceof Uint8Array
  ) {
    if (Array.isArray(actual)) {
      assert.equal(actual.length, (expected as unknown[]).length);
      for (const [index, item] of actual.entries()) assertFields(item, (expected as unknown[])[index]);
    } else {
      assert.deepEqual(actual, expected ?? null);
    }
    return;
  }
  const wanted = expected as Json;
  for (const [key, value] of Object.entries(actual)) assertFields(value, wanted[key]);
  const unread = Object.keys(wanted).filter((key) => !(key in actual) && !UNREAD.has(key));
  assert.deepEqual(unread, []);
}

/** Return the value with `{"hex": …}` replaced by bytes. */
function bytesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bytesIn);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Json;
  if (typeof fields.hex === "string" && Object.keys(fields).length === 1) return fromHex(fields.hex);
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, bytesIn(item)]));
}

/** The app reads what daemons say; a client's control messages are the daemon's to judge. */
function forTheApp(vectors: readonly Json[] | undefined): Json[] {
  return (vectors ?? []).filter(
    ({ from, message }) => from === "daemon" || !String(message).startsWith("00"),
  );
}

for (const { name, from, message } of forTheApp(session.ignored)) {
  test(`session.json: ignores ${name} from the ${from}`, () => {
    const frame = decodeMessage(fromHex(String(message)));
    assert.equal(frame.kind === "control" ? decodeDaemonMessage(copyOf(frame.body)) : frame, null);
  });
}

for (const { name, from, message } of forTheApp(session.malformed)) {
  test(`session.json: refuses ${name} from the ${from}`, () => {
    assert.throws(() => {
      const frame = decodeMessage(fromHex(String(message)));
      if (frame.kind === "control") decodeDaemonMessage(frame.body);
    }, wireError("malformed"));
  });
}
