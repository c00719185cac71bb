/** Pairing against a daemon that speaks layers 1 to 3 over a real WebSocket: every way in which it can fail. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { PairingAttempt, type PairingSurroundings } from "../src/pairing_attempt.ts";
import { decodeFragment } from "../src/wire/pairing.ts";
import { FakeDaemon } from "./support/fake_daemon.ts";
import { doubling } from "./support/fake_session.ts";
import { HeardPairing } from "./support/pairing_events.ts";

let daemon: FakeDaemon;

before(async () => {
  daemon = await FakeDaemon.start(doubling, (_, response) => response.writeHead(404).end());
});

after(() => daemon.stop());

function surroundings(): PairingSurroundings {
  return { relayOrigin: daemon.origin, client: crypto.getRandomValues(new Uint8Array(16)), app: "test" };
}

test("a link that cannot pair any more says why", async () => {
  for (const [status, reason] of [
    [401, "expired"],
    [409, "used"],
  ] as const) {
    daemon.pairStatus = status;
    const events = new HeardPairing();
    const attempt = new PairingAttempt(decodeFragment(daemon.pairFragment()), surroundings(), events);
    await attempt.submit("1234", "Pixel");
    assert.deepEqual(events.view, { step: "over", reason });
  }
  daemon.pairStatus = 201;
});

test("the fifth wrong code ends the pairing", async () => {
  daemon.wrongCodes = 0;
  const events = new HeardPairing();
  const attempt = new PairingAttempt(decodeFragment(daemon.pairFragment()), surroundings(), events);
  for (let wrong = 1; wrong <= 5; wrong += 1) {
    await attempt.submit("0000", "Pixel");
    await events.watch.until(() => events.view?.step !== "working", "the answer");
  }
  assert.deepEqual(events.view, { step: "over", reason: "ended" });
});

test("a phone that was kept but not welcomed comes in with the code typed again", async () => {
  daemon.losesWelcome = true;
  const events = new HeardPairing();
  const attempt = new PairingAttempt(decodeFragment(daemon.pairFragment()), surroundings(), events);
  await attempt.submit(daemon.code, "Pixel");
  await events.watch.until(() => events.view?.step === "code", "the lost connection");
  assert.equal(events.machine, null);
  await attempt.submit(daemon.code, "Pixel");
  await events.watch.until(() => events.machine !== null, "the machine");
  daemon.pairingIsOver = false;
});

test("a cancelled pairing does not go on", async () => {
  const events = new HeardPairing();
  const attempt = new PairingAttempt(decodeFragment(daemon.pairFragment()), surroundings(), events);
  const submitted = attempt.submit(daemon.code, "Pixel");
  attempt.cancel();
  await submitted;
  assert.equal(events.machine, null);
  if (daemon.links.size > 0) await once([...daemon.links][0] as never, "close");
  assert.equal(events.machine, null);
});
