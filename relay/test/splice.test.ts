/** What the splice decides: events in, exact effects out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment, Effect } from "../src/effects.ts";
import { Splice } from "../src/splice.ts";

type Socket = string;

const NOW = 1_000;
const PHONE = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/** Write an effect so that a list of them can be read at a glance. */
function line(effect: Effect<Socket>): string {
  switch (effect.kind) {
    case "send": {
      const data = typeof effect.data === "string" ? effect.data : Buffer.from(effect.data).toString("hex");
      return `${effect.socket} < ${data}`;
    }
    case "close":
      return `${effect.socket} closed ${effect.code}`;
    case "attach":
      return `${effect.socket} is ${JSON.stringify(Object.values(effect.attachment))}`;
    case "confirm":
      return `confirm ${effect.phoneId}`;
    case "phone_seen":
      return `seen ${effect.phoneId}`;
    case "device_seen":
      return "seen device";
  }
}

function written(effects: readonly Effect<Socket>[]): readonly string[] {
  return effects.map(line);
}

/** Run frames through a splice and say what came of each. */
function received(splice: Splice<Socket>, socket: Socket, frame: string | readonly number[]): readonly string[] {
  const data = typeof frame === "string" ? frame : Uint8Array.from(frame).buffer;
  return written(splice.receive(socket, data, NOW));
}

function connected(): Splice<Socket> {
  const splice = new Splice<Socket>();
  splice.connectDevice("device");
  splice.connectPhone("one", "p1", null);
  splice.connectPhone("two", "p2", null);
  return splice;
}

test("a phone without its device is told since when", () => {
  const splice = new Splice<Socket>();
  assert.deepEqual(written(splice.connectPhone("one", "p1", 7)), [
    'one is ["phone","p1",0,1]',
    "seen p1",
    'one < {"type":"device.down","since":7}',
  ]);
});

test("a device that connects learns of the phones, and they of it", () => {
  const splice = new Splice<Socket>();
  splice.connectPhone("one", "p1", null);
  splice.connectPhone("two", "p2", null);
  assert.deepEqual(written(splice.connectDevice("device")), [
    'one is ["phone","p1",1,1]',
    'two is ["phone","p2",2,2]',
    'device is ["device",2]',
    "seen device",
    'device < {"type":"phones","phones":[{"conn":1,"phone_id":"p1"},{"conn":2,"phone_id":"p2"}]}',
    'one < {"type":"device.up"}',
    'two < {"type":"device.up"}',
  ]);
});

test("numbers are not used again while the device's socket lives", () => {
  const splice = connected();
  splice.end("two", NOW);
  assert.deepEqual(written(splice.connectPhone("three", "p3", null)), [
    'three is ["phone","p3",3,2]',
    "seen p3",
    'device is ["device",3]',
    'three < {"type":"device.up"}',
    'device < {"type":"phone.up","conn":3,"phone_id":"p3"}',
  ]);
});

test("frames go both ways with and without their number", () => {
  const splice = connected();
  assert.deepEqual(received(splice, "two", [7, 8]), ["device < 000000020708"]);
  assert.deepEqual(received(splice, "device", [0, 0, 0, 1, 9]), ["one < 09"]);
  assert.deepEqual(received(splice, "device", [0, 0, 0, 1]), ["one < "]);
});

test("frames to nobody are dropped", () => {
  const splice = connected();
  assert.deepEqual(received(splice, "device", [0, 0, 0, 3, 9]), []);
  assert.deepEqual(received(splice, "device", [0, 0, 0, 0, 9]), []);
  splice.end("device", NOW);
  assert.deepEqual(received(splice, "one", [9]), []);
  assert.deepEqual(received(splice, "nobody", [9]), []);
});

test("the end of the device is told to every phone, once", () => {
  const splice = connected();
  assert.deepEqual(written(splice.end("device", NOW)), [
    "seen device",
    'one < {"type":"device.down","since":1000}',
    'two < {"type":"device.down","since":1000}',
  ]);
  assert.deepEqual(splice.end("device", NOW), []);
  assert.deepEqual(written(splice.end("one", NOW)), ["seen p1"]);
});

test("a replaced device is closed and heard no more", () => {
  const splice = connected();
  assert.equal(written(splice.connectDevice("newer"))[0], "device closed 4001");
  assert.deepEqual(received(splice, "device", [0, 0, 0, 1, 9]), []);
  assert.deepEqual(received(splice, "device", `{"type":"phone.confirm","phone_id":"${PHONE}"}`), []);
  assert.deepEqual(splice.end("device", NOW), []);
  assert.deepEqual(received(splice, "newer", [0, 0, 0, 1, 9]), ["one < 09"]);
});

test("a replacement numbers the phones from one again", () => {
  const splice = connected();
  splice.end("one", NOW);
  const effects = written(splice.connectDevice("newer"));
  assert.ok(effects.includes('newer < {"type":"phones","phones":[{"conn":1,"phone_id":"p2"}]}'));
  assert.deepEqual(received(splice, "two", [5]), ["newer < 0000000105"]);
});

test("the ninth connection of a phone closes its oldest", () => {
  const splice = connected();
  for (let count = 2; count <= 8; count += 1) {
    splice.connectPhone(`one-${count}`, "p1", null);
  }
  const effects = written(splice.connectPhone("one-9", "p1", null));
  assert.deepEqual(effects.slice(0, 3), ["one closed 4001", "seen p1", 'device < {"type":"phone.down","conn":1}']);
  assert.deepEqual(
    effects.filter((effect) => effect.includes("closed")),
    ["one closed 4001"],
  );
});

test("the device closes one connection and confirms one phone", () => {
  const splice = connected();
  assert.deepEqual(received(splice, "device", '{"type":"phone.close","conn":2,"code":4005,"reason":"no"}'), [
    "two closed 4005",
    "seen p2",
    'device < {"type":"phone.down","conn":2}',
  ]);
  assert.deepEqual(received(splice, "device", '{"type":"phone.close","conn":2,"code":4005,"reason":"no"}'), []);
  assert.deepEqual(received(splice, "device", `{"type":"phone.confirm","phone_id":"${PHONE}"}`), [`confirm ${PHONE}`]);
});

test("who breaks the protocol is closed and counts as gone", () => {
  for (const [frame, code] of [
    [[0, 0, 1], 4010],
    ["{}", 4010],
    ['{"type":"other"}', 4010],
    [`{"type":"${"x".repeat(4096)}"}`, 1009],
    [new Array<number>(131_072 + 4 + 1).fill(0), 1009],
  ] as const) {
    assert.deepEqual(received(connected(), "device", frame), [
      `device closed ${code}`,
      "seen device",
      'one < {"type":"device.down","since":1000}',
      'two < {"type":"device.down","since":1000}',
    ]);
  }
  for (const [frame, code] of [
    ["hello", 4010],
    ["é".repeat(2048), 4010],
    ["é".repeat(2049), 1009],
    [new Array<number>(131_072 + 1).fill(0), 1009],
  ] as const) {
    assert.deepEqual(received(connected(), "one", frame), [
      `one closed ${code}`,
      "seen p1",
      'device < {"type":"phone.down","conn":1}',
    ]);
  }
});

test("the largest frames pass", () => {
  const splice = connected();
  assert.equal(received(splice, "one", new Array<number>(131_072).fill(1)).length, 1);
  assert.equal(
    received(splice, "device", [0, 0, 0, 1, ...new Array<number>(131_072).fill(1)])[0]?.slice(0, 7),
    "one < 0",
  );
});

test("revoking closes every connection of one phone and no other", () => {
  const splice = connected();
  splice.connectPhone("one-2", "p1", null);
  const effects = written(splice.closePhone("p1", 4003, "revoked"));
  assert.deepEqual(
    effects.filter((effect) => effect.includes("closed")),
    ["one closed 4003", "one-2 closed 4003"],
  );
  assert.deepEqual([...splice.onlinePhones()], ["p2"]);
});

test("closing everything closes everything", () => {
  const splice = connected();
  assert.deepEqual(written(splice.closeAll(4004, "gone")), [
    "one closed 4004",
    "two closed 4004",
    "device closed 4004",
  ]);
  assert.deepEqual(splice.end("one", NOW), []);
  assert.equal(splice.hasDevice, false);
});

test("a splice goes on after a sleep with what the sockets remember", () => {
  const remembered = new Map<Socket, Attachment>();
  const keep = (effects: readonly Effect<Socket>[]) => {
    for (const effect of effects) {
      if (effect.kind === "attach") {
        remembered.set(effect.socket, effect.attachment);
      } else if (effect.kind === "close") {
        remembered.set(effect.socket, { role: "ended" });
      }
    }
  };
  const before = new Splice<Socket>();
  keep(before.connectDevice("old"));
  keep(before.connectDevice("device"));
  for (let count = 1; count <= 8; count += 1) {
    keep(before.connectPhone(`one-${count}`, "p1", null));
  }
  // The runtime hands the sockets back in an order of its own.
  const after = new Splice<Socket>([...remembered].reverse());
  assert.deepEqual(received(after, "old", [0, 0, 0, 1, 9]), []);
  assert.deepEqual(received(after, "device", [0, 0, 0, 2, 9]), ["one-2 < 09"]);
  assert.deepEqual(received(after, "one-8", [9]), ["device < 0000000809"]);
  const effects = written(after.connectPhone("one-9", "p1", null));
  assert.equal(effects[0], "one-1 closed 4001");
  assert.ok(effects.includes('device < {"type":"phone.up","conn":9,"phone_id":"p1"}'));
});
