/** The shared vectors of layer 1, run by TypeScript. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isInvite, isOwnDeviceId, makeDeviceId, makePairToken, readPairToken } from "../src/tokens.ts";
import {
  type DeviceToRelay,
  encodeControl,
  type Parsed,
  parseDeviceToRelay,
  parseRelayToPhone,
  type RelayToDevice,
  type RelayToPhone,
} from "../src/wire/control.ts";
import { joinDeviceFrame, splitDeviceFrame } from "../src/wire/frames.ts";
import { encodeBase32, encodeBase64url, parseDeviceId, parsePhoneId, parseSecret } from "../src/wire/identifiers.ts";

type Vector = Readonly<Record<string, unknown>>;

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/vectors/link.json"), "utf-8"));

const PARSERS: Readonly<Record<string, (text: string) => Uint8Array | null>> = {
  device_id: parseDeviceId,
  phone_id: parsePhoneId,
  secret: parseSecret,
};

/** Take the fields that the runner knows; one that it does not know fails the test. */
function known(vector: Vector, ...names: readonly string[]): Vector {
  assert.deepEqual(
    Object.keys(vector).filter((name) => !names.includes(name)),
    [],
  );
  return vector;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function bytesOf(text: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(String(text), "hex"));
}

known(vectors, "identifiers", "signed", "control", "frames");
known(vectors.signed, "keys", "device_ids", "pair_token", "pair_tokens", "invite", "invites");
const keys: readonly string[] = vectors.signed.keys;
const key = keys[0] ?? "";

for (const vector of vectors.identifiers as readonly Vector[]) {
  const { name, kind, text, bytes, error } = known(vector, "name", "kind", "text", "bytes", "error");
  test(`identifier ${kind} ${name ?? bytes}`, () => {
    const parse = PARSERS[String(kind)];
    assert.ok(parse, `unknown kind ${kind}`);
    const parsed = parse(String(text));
    if (error !== undefined) {
      assert.equal(error, "malformed");
      assert.equal(parsed, null);
      return;
    }
    assert.ok(parsed);
    assert.equal(hex(parsed), bytes);
    assert.equal(kind === "secret" ? encodeBase64url(parsed) : encodeBase32(parsed), text);
  });
}

for (const vector of vectors.signed.device_ids as readonly Vector[]) {
  const { name, random, text, valid } = known(vector, "name", "random", "text", "valid");
  test(`device id: ${name}`, async () => {
    assert.equal(await isOwnDeviceId(keys, String(text)), valid);
    if (random !== undefined) {
      assert.equal(await makeDeviceId(key, bytesOf(random)), text);
    }
  });
}

test("pair token is made as in the vector", async () => {
  const vector = known(vectors.signed.pair_token, "device_id", "expires_at", "nonce", "text");
  const token = {
    deviceId: String(vector.device_id),
    expiresAtSeconds: Number(vector.expires_at),
    nonce: bytesOf(vector.nonce),
  };
  assert.equal(await makePairToken(key, token), vector.text);
  assert.deepEqual(await readPairToken(keys, String(vector.text), 0), token);
});

for (const vector of vectors.signed.pair_tokens as readonly Vector[]) {
  const { name, text, now, valid } = known(vector, "name", "text", "now", "valid");
  test(`pair token: ${name}`, async () => {
    assert.equal((await readPairToken(keys, String(text), Number(now))) !== null, valid);
  });
}

test("the invite of the vector is accepted", async () => {
  const vector = known(vectors.signed.invite, "expires_at", "nonce", "text");
  assert.equal(await isInvite(keys, String(vector.text), Number(vector.expires_at) - 1), true);
});

for (const vector of vectors.signed.invites as readonly Vector[]) {
  const { name, text, now, valid } = known(vector, "name", "text", "now", "valid");
  test(`invite: ${name}`, async () => {
    assert.equal(await isInvite(keys, String(text), Number(now)), valid);
  });
}

const RECEIVERS: Readonly<Record<string, ((text: string) => Parsed<DeviceToRelay | RelayToPhone>) | null>> = {
  device_to_relay: parseDeviceToRelay,
  relay_to_phone: parseRelayToPhone,
  relay_to_device: null, // the receiver is written in Python
};

for (const vector of vectors.control as readonly Vector[]) {
  const { direction, text, message, error, ignored } = known(
    vector,
    "direction",
    "text",
    "message",
    "error",
    "ignored",
  );
  test(`control ${direction}: ${String(text).slice(0, 60)}`, () => {
    const receive = RECEIVERS[String(direction)];
    assert.notEqual(receive, undefined, `unknown direction ${direction}`);
    if (message !== undefined) {
      assert.equal(encodeControl(message as DeviceToRelay | RelayToDevice | RelayToPhone), text);
    }
    if (receive) {
      const expected =
        message === undefined ? { ok: false, error: ignored ? "unknown_type" : error } : { ok: true, message };
      assert.deepEqual(receive(String(text)), expected);
    }
  });
}

for (const vector of vectors.frames as readonly Vector[]) {
  const { frame, conn, payload, error } = known(vector, "frame", "conn", "payload", "error");
  test(`frame ${frame}`, () => {
    const split = splitDeviceFrame(bytesOf(frame).buffer);
    if (error !== undefined) {
      assert.equal(error, "malformed");
      assert.equal(split, null);
      return;
    }
    assert.ok(split);
    assert.equal(split.conn, conn);
    assert.equal(hex(split.payload), payload);
    assert.equal(hex(joinDeviceFrame(Number(conn), bytesOf(payload).buffer)), frame);
  });
}
