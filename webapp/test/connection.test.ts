/** Connection, attachment and pairing against a daemon that speaks layers 1 to 3 over a real WebSocket. */
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { Attachment } from "../src/attachment.ts";
import { MachineConnection } from "../src/connection.ts";
import type { Surroundings } from "../src/connection_ports.ts";
import type { Phase } from "../src/connection_state.ts";
import type { Machine } from "../src/machine.ts";
import { PairingAttempt } from "../src/pairing_attempt.ts";
import { type Bytes, concatenate, EMPTY, encodeText } from "../src/wire/bytes.ts";
import { InputBuffer } from "../src/wire/input_buffer.ts";
import { decodeFragment } from "../src/wire/pairing.ts";
import type { Step } from "../src/wire/stream.ts";
import { FakeDaemon } from "./support/fake_daemon.ts";
import { doubling, FakeSession } from "./support/fake_session.ts";
import { HeardPairing } from "./support/pairing_events.ts";
import { Watch } from "./support/watch.ts";

let daemon: FakeDaemon;
let machine: Machine;

function surroundings(): Surroundings {
  return {
    relayOrigin: daemon.origin,
    client: crypto.getRandomValues(new Uint8Array(16)),
    app: "test",
    isVisible: () => true,
    isOnline: () => true,
  };
}

/** A terminal that parses a moment later, as a real one does. */
class Paper {
  readonly colours: Bytes = new Uint8Array(9);
  content: Bytes = EMPTY;
  above: Bytes = EMPTY;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  apply(step: Step, parsed: () => void): void {
    if (step.do === "reset") this.content = EMPTY;
    if (step.do === "prepend") this.above = concatenate(step.data, this.above);
    if (step.do === "write") this.content = concatenate(this.content, step.data);
    setImmediate(() => {
      parsed();
      this.#changed();
    });
  }
}

before(async () => {
  daemon = await FakeDaemon.start(doubling, (_, response) => response.writeHead(404).end());
  const events = new HeardPairing();
  const attempt = new PairingAttempt(decodeFragment(daemon.pairFragment()), surroundings(), events);
  await attempt.submit("0000", "Pixel");
  await events.watch.until(() => events.view?.step === "code", "the wrong code's answer");
  assert.deepEqual(events.view, { step: "code", digits: 4, trouble: "wrong_code", triesLeft: 4 });
  await attempt.submit(daemon.code, "Pixel");
  await events.watch.until(() => events.machine !== null, "the pairing");
  assert.ok(events.machine);
  machine = events.machine;
});

after(() => daemon.stop());

function connectionWith(t: TestContext, session?: FakeSession) {
  const watch = new Watch();
  const paper = new Paper(watch.changed);
  const phases: Phase["name"][] = [];
  let attachment: Attachment | null = null;
  const connection = new MachineConnection(machine, surroundings(), {
    changed: () => {
      if (phases.at(-1) !== connection.phase.name) phases.push(connection.phase.name);
      watch.changed();
    },
    greeted: () => attachment?.attach(),
    welcomed: () => undefined,
    commandsChanged: () => undefined,
    lost: () => attachment?.connectionLost(),
  });
  if (session) {
    attachment = new Attachment(connection, session.id, new InputBuffer(), paper, true, watch.changed);
  }
  t.after(() => connection.close());
  return { connection, watch, paper, phases, attachment };
}

test("a paired machine keeps its private key where no script can read it", () => {
  assert.equal(machine.name, "studio");
  assert.equal(machine.staticKeys.privateKey.extractable, false);
});

test("however often the network breaks, input and output are whole", async (t) => {
  const session = new FakeSession("doubling", doubling);
  session.print(encodeText("before\n"));
  daemon.sessions.set(session.id, session);
  const { connection, watch, paper, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  connection.connect();
  attachment.resize({ cols: 48, rows: 30 });
  await watch.until(() => attachment.view.status === "live", "the session on screen");
  let typed = "";
  for (let round = 0; round < 12; round += 1) {
    for (let key = 0; key < 25; key += 1) {
      const text = `${round}.${key} `;
      typed += text;
      assert.ok(attachment.type(encodeText(text)));
      if (key === (round * 7) % 25) {
        // a cut comes between any two frames that are under way
        for (let turn = 0; turn < round; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        daemon.cut();
      }
    }
    connection.wake();
    await watch.until(() => attachment.view.undelivered.length === 0, `all of round ${round} delivered`);
  }
  assert.equal(new TextDecoder().decode(session.received), typed);
  await watch.until(() => paper.content.length === session.output.length, "all output on screen");
  assert.deepEqual(paper.content, session.output);
});

test("attaching does not wait for the welcome", async (t) => {
  const session = new FakeSession("eager", doubling);
  daemon.sessions.set(session.id, session);
  daemon.welcomesLate = true;
  t.after(() => {
    daemon.welcomesLate = false;
  });
  const { connection, watch, phases, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  attachment.resize({ cols: 48, rows: 30 });
  connection.connect();
  await watch.until(() => attachment.view.status === "live", "the session on screen");
  assert.deepEqual(phases, ["connecting", "online"]);
  assert.equal(
    daemon.controls.filter(({ type, session: id }) => type === "attach" && id === session.id).length,
    1,
  );
});

test("the machine hears who looks, in which colours, and sends what lies above the screen once", async (t) => {
  const session = new FakeSession("looked-at", doubling);
  session.print(encodeText("newest\n"));
  daemon.sessions.set(session.id, session);
  daemon.older = encodeText("older\n");
  const { connection, watch, paper, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  connection.connect();
  attachment.resize({ cols: 48, rows: 30 });
  await watch.until(() => attachment.view.status === "live", "the session on screen");
  const heard = (type: string): Readonly<Record<string, unknown>>[] =>
    daemon.controls.filter((message) => message.type === type);
  assert.deepEqual(
    [heard("attach").at(-1)?.visible, heard("attach").at(-1)?.colours],
    [true, new Uint8Array(9)],
  );
  attachment.show(false);
  attachment.show(false);
  attachment.show(true);
  attachment.recoloured();
  attachment.wantOlder();
  attachment.wantOlder();
  await watch.until(() => paper.above.length > 0, "what lies above");
  attachment.wantOlder();
  assert.equal(new TextDecoder().decode(paper.above), "older\n");
  assert.deepEqual(
    heard("visible").map(({ visible }) => visible),
    [false, true],
  );
  assert.equal(heard("colours").length, 1);
  assert.equal(heard("history").length, 1);
});

test("what is typed while the machine is away is kept, and delivered when it is back", async (t) => {
  const session = new FakeSession("away", doubling);
  daemon.sessions.set(session.id, session);
  const { connection, watch, phases, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  connection.connect();
  attachment.resize({ cols: 48, rows: 30 });
  await watch.until(() => attachment.view.status === "live", "the session on screen");
  daemon.setDeviceUp(false);
  await watch.until(() => connection.phase.name === "device_offline", "the machine away");
  attachment.type(encodeText("later\r"));
  assert.equal(new TextDecoder().decode(attachment.view.undelivered), "later\r");
  daemon.setDeviceUp(true);
  await watch.until(() => attachment.view.undelivered.length === 0, "the delivery");
  assert.equal(new TextDecoder().decode(session.received), "later\r");
  assert.deepEqual(phases, ["connecting", "online", "device_offline", "online"]);
});

test("a session that is gone after a cut is said to be gone, with what did not arrive", async (t) => {
  const session = new FakeSession("short-lived", doubling);
  daemon.sessions.set(session.id, session);
  const { connection, watch, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  connection.connect();
  attachment.resize({ cols: 48, rows: 30 });
  await watch.until(() => attachment.view.status === "live", "the session on screen");
  daemon.setDeviceUp(false);
  await watch.until(() => connection.phase.name === "device_offline", "the machine away");
  daemon.sessions.delete(session.id);
  attachment.type(encodeText("lost"));
  daemon.setDeviceUp(true);
  await watch.until(() => attachment.view.status === "gone", "the truth");
  assert.equal(new TextDecoder().decode(attachment.view.undelivered), "lost");
});

test("a program that is larger than the phone can be fitted to it", async (t) => {
  const session = new FakeSession("wide", doubling);
  session.cols = 200;
  daemon.sessions.set(session.id, session);
  const { connection, watch, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  connection.connect();
  attachment.resize({ cols: 48, rows: 30 });
  await watch.until(() => attachment.view.oversized, "the wide program");
  attachment.claim();
  await watch.until(() => !attachment.view.oversized, "the fitted program");
  assert.equal(session.cols, 48);
});

test("an exited session is shown with its status and takes no more input", async (t) => {
  const session = new FakeSession("exiting", doubling);
  daemon.sessions.set(session.id, session);
  const { connection, watch, attachment } = connectionWith(t, session);
  assert.ok(attachment);
  connection.connect();
  attachment.resize({ cols: 48, rows: 30 });
  await watch.until(() => attachment.view.status === "live", "the session on screen");
  session.exit = { code: 3, signal: null };
  session.print(encodeText("bye"));
  await watch.until(() => attachment.view.status === "exited", "the exit");
  assert.deepEqual(attachment.view.exit, { code: 3, signal: null });
  assert.equal(attachment.type(encodeText("x")), false);
});

for (const [code, reason] of [
  [4003, "revoked"],
  [4004, "unknown"],
  [4001, "replaced"],
  [4010, "protocol"],
] as const) {
  test(`close code ${code} means ${reason}, and no further attempt`, async (t) => {
    daemon.refuse = code;
    const { connection, watch } = connectionWith(t);
    connection.connect();
    await watch.until(() => connection.phase.name === "ended", "the end");
    assert.deepEqual(connection.phase, { name: "ended", reason });
    daemon.refuse = null;
    connection.wake();
    assert.equal(connection.phase.name, "ended");
  });
}

test("a rate limit is waited for, a minute", async (t) => {
  daemon.refuse = 4029;
  const { connection, watch } = connectionWith(t);
  connection.connect();
  await watch.until(() => connection.phase.name === "rate_limited", "the pause");
  const wait =
    connection.phase.name === "rate_limited" ? connection.phase.retryAtSeconds - Date.now() / 1_000 : 0;
  assert.ok(wait > 58 && wait <= 60);
  daemon.refuse = null;
});

test("a request without a connection fails at once", (t) => {
  const { connection } = connectionWith(t);
  let code = "";
  connection.request(
    { type: "list" },
    {
      replied: () => assert.fail("nobody is there"),
      failed: (failure) => {
        code = failure.code;
      },
    },
  );
  assert.equal(code, "not_connected");
});
