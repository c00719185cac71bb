/** The encrypted channel under reordering, replay, loss and answers that belong to another handshake. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBase32 } from "../../../relay/src/wire/identifiers.ts";
import type { Bytes } from "../../src/wire/bytes.ts";
import { accept, Initiator, prologue, type Transport } from "../../src/wire/channel.ts";
import { WireError } from "../../src/wire/errors.ts";
import { generateKeyPair } from "../../src/wire/noise.ts";

const IDS = prologue(encodeBase32(new Uint8Array(24)), encodeBase32(new Uint8Array(16)));
const decryptionFails = (error: unknown): boolean =>
  error instanceof WireError && error.reason === "decryption";

async function handshake(psk?: Bytes): Promise<{ phone: Initiator; reply: Bytes; daemon: Transport }> {
  const deviceKeys = await generateKeyPair();
  const withPsk = psk === undefined ? {} : { psk };
  const phone = await Initiator.start({
    prologue: IDS,
    staticKeys: await generateKeyPair(),
    ephemeralKeys: await generateKeyPair(),
    deviceKey: deviceKeys.publicKey,
    label: "Pixel",
    ...withPsk,
  });
  const accepted = await accept(phone.firstFrame, {
    prologue: IDS,
    staticKeys: deviceKeys,
    ephemeralKeys: await generateKeyPair(),
    ...withPsk,
  });
  return { phone, reply: accepted.reply, daemon: accepted.transport };
}

async function established(): Promise<{ phone: Transport; daemon: Transport }> {
  const { phone, reply, daemon } = await handshake();
  return { phone: await phone.finish(reply), daemon };
}

const message = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

test("messages that are sealed and opened without waiting keep their order", async () => {
  const { phone, daemon } = await established();
  const sizes = Array.from({ length: 200 }, (_, index) => (index % 7 === 0 ? 60_000 : 1 + (index % 5)));
  const frames: Bytes[] = [];
  await Promise.all(
    sizes.map((size) => phone.seal(new Uint8Array(size)).then((frame) => frames.push(frame))),
  );
  const opened: number[] = [];
  await Promise.all(
    frames.map((frame) => daemon.open(frame).then((plaintext) => opened.push(plaintext.length))),
  );
  assert.deepEqual(opened, sizes);
});

test("a replayed frame ends the channel", async () => {
  const { phone, daemon } = await established();
  const frame = await phone.seal(message("once"));
  await daemon.open(frame);
  await assert.rejects(daemon.open(frame), decryptionFails);
});

test("frames in another order end the channel, also for those behind them", async () => {
  const { phone, daemon } = await established();
  const [first, second] = [await phone.seal(message("a")), await phone.seal(message("b"))];
  const results = await Promise.allSettled([daemon.open(second), daemon.open(first)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "rejected"],
  );
});

test("a lost frame ends the channel", async () => {
  const { phone, daemon } = await established();
  await phone.seal(message("lost"));
  await assert.rejects(daemon.open(await phone.seal(message("next"))), decryptionFails);
});

test("a changed, cut or empty frame ends the channel", async () => {
  for (const damage of [
    (frame: Bytes) => frame.with(5, (frame[5] ?? 0) ^ 1),
    (frame: Bytes) => frame.slice(0, 9),
  ]) {
    const { phone, daemon } = await established();
    const frame = (await phone.seal(message("hello"))) as Bytes;
    await assert.rejects(daemon.open(damage(frame) as Bytes), decryptionFails);
  }
});

test("an answer of another handshake changes nothing: the right one is still accepted", async () => {
  const { phone, reply, daemon } = await handshake();
  const other = await handshake();
  await assert.rejects(phone.finish(other.reply), decryptionFails);
  await assert.rejects(phone.finish(reply.with(0, 2) as Bytes), WireError);
  const transport = await phone.finish(reply);
  assert.deepEqual(await daemon.open(await transport.seal(message("hello"))), message("hello"));
});

test("a wrong pairing code fails at message 1", async () => {
  const deviceKeys = await generateKeyPair();
  const phone = await Initiator.start({
    prologue: IDS,
    staticKeys: await generateKeyPair(),
    ephemeralKeys: await generateKeyPair(),
    deviceKey: deviceKeys.publicKey,
    label: "Pixel",
    psk: new Uint8Array(32).fill(1),
  });
  const device = { prologue: IDS, staticKeys: deviceKeys, ephemeralKeys: await generateKeyPair() };
  await assert.rejects(
    accept(phone.firstFrame, { ...device, psk: new Uint8Array(32).fill(2) }),
    decryptionFails,
  );
  const accepted = await accept(phone.firstFrame, { ...device, psk: new Uint8Array(32).fill(1) });
  assert.equal(accepted.label, "Pixel");
});

test("a message is neither empty nor larger than Noise allows", async () => {
  const { phone } = await established();
  assert.throws(() => phone.seal(new Uint8Array(0)));
  assert.throws(() => phone.seal(new Uint8Array(65_520)));
  assert.equal((await phone.seal(new Uint8Array(65_519))).length, 1 + 65_535);
});
