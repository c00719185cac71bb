/** Uploads and downloads over connections that end anywhere: the same bytes arrive, once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Download } from "../src/download.ts";
import { bytesText } from "../src/strings.ts";
import { TransferList } from "../src/transfer_list.ts";
import { TransferRate } from "../src/transfer_rate.ts";
import type { TransferChange, TransferView } from "../src/transfer_view.ts";
import { Upload } from "../src/upload.ts";
import type { Bytes } from "../src/wire/bytes.ts";
import { FileMachine } from "./support/file_machine.ts";

type AnyConnection = Parameters<Upload["start"]>[0] & Parameters<Download["start"]>[0];

interface Work {
  start(connection: AnyConnection): void;
  connectionLost(): void;
}

/** Run a transfer over as many connections as there are cuts, and one more. */
function overCuts(
  machine: FileMachine,
  work: Work,
  cuts: readonly number[],
  done: Promise<void>,
): Promise<void> {
  const left = [...cuts];
  const connect = (): void => {
    machine.bytesLeft = left.shift() ?? Number.POSITIVE_INFINITY;
    work.start(machine as unknown as AnyConnection);
  };
  machine.onCut = () => {
    work.connectionLost();
    connect();
  };
  connect();
  return done;
}

function uploadOf(data: Bytes, read = async (start: number, end: number) => data.slice(start, end)) {
  const changes: TransferChange[] = [];
  const landed: string[] = [];
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const upload = new Upload(
    { sessionId: "s", key: new Uint8Array(16), name: "a b", sizeBytes: data.length, read },
    {
      changed: (change) => changes.push(change),
      landed: (typed) => landed.push(typed),
      stopped: () => stop(),
    },
  );
  return { upload, changes, landed, stopped };
}

function downloadOf() {
  const view: { -readonly [Key in keyof TransferChange]: TransferChange[Key] } = {};
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const events = {
    changed: (change: TransferChange) => void Object.assign(view, change),
    stopped: () => stop(),
  };
  return { download: new Download("s", "out.txt", events), view, stopped };
}

const DATA = fc.uint8Array({ maxLength: 9_000 }).map((data) => new Uint8Array(data));
const CUTS = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 4 });

test("an upload that is cut anywhere arrives whole and lands once", async () => {
  await fc.assert(
    fc.asyncProperty(DATA, CUTS, async (data, cuts) => {
      const machine = new FileMachine();
      const { upload, changes, landed, stopped } = uploadOf(data);
      await overCuts(machine, upload, cuts, stopped);
      assert.deepEqual(machine.arrived, data);
      assert.deepEqual(landed, ["'/u/a b'"]);
      assert.equal(changes.at(-1)?.status, "done");
    }),
    { numRuns: 60 },
  );
});

test("a download that is cut anywhere is the same file", async () => {
  await fc.assert(
    fc.asyncProperty(
      DATA.filter((data) => data.length > 0),
      CUTS,
      async (data, cuts) => {
        const machine = new FileMachine();
        machine.offered = data;
        const { download, view, stopped } = downloadOf();
        await overCuts(machine, download, cuts, stopped);
        assert.equal(view.status, "done");
        assert.equal(view.file?.name, "out.txt");
        assert.deepEqual(new Uint8Array((await view.file?.arrayBuffer()) ?? new ArrayBuffer(0)), data);
      },
    ),
    { numRuns: 60 },
  );
});

test("an upload goes on where the machine has it, also when it began on another page", async () => {
  const data = new Uint8Array(5_000).map((_, index) => index % 251);
  const machine = new FileMachine();
  machine.arrived = data.slice(0, 1_234);
  const { upload, stopped } = uploadOf(data);
  await overCuts(machine, upload, [], stopped);
  assert.deepEqual(machine.arrived, data);
});

test("a file that cannot be read any more is said to be so", async () => {
  const { upload, changes, stopped } = uploadOf(new Uint8Array(10), () => Promise.reject(new Error("gone")));
  await overCuts(new FileMachine(), upload, [], stopped);
  assert.equal(changes.at(-1)?.failure?.code, "unreadable");
});

test("what the machine refuses is shown, and tried again when that is wished", async () => {
  const machine = new FileMachine();
  machine.refusal = { code: "disk_full", message: "The disk is full.", hint: "Make room." };
  const { upload, changes, landed, stopped } = uploadOf(new Uint8Array(10));
  await overCuts(machine, upload, [], stopped);
  assert.equal(changes.at(-1)?.failure?.code, "disk_full");
  machine.refusal = null;
  upload.start(machine as unknown as AnyConnection);
  while (landed.length === 0) await new Promise((resolve) => setImmediate(resolve));
});

test("a cancelled upload is removed over there, even if the answer to its start comes later", async () => {
  const machine = new FileMachine();
  const { upload, landed } = uploadOf(new Uint8Array(100_000));
  upload.start(machine as unknown as AnyConnection);
  upload.cancel();
  while (machine.cancelled === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(landed, []);
});

test("a download that became another file begins anew only when that is wished", async () => {
  const machine = new FileMachine();
  machine.offered = new Uint8Array(5_000).fill(1);
  const { download, view, stopped } = downloadOf();
  machine.bytesLeft = 2_000;
  machine.onCut = () => {
    machine.version = "2";
    machine.offered = new Uint8Array(3_000).fill(2);
    download.connectionLost();
    download.start(machine as unknown as AnyConnection);
  };
  download.start(machine as unknown as AnyConnection);
  await stopped;
  assert.deepEqual([view.status, view.failure?.code, view.doneBytes], ["failed", "file_changed", 0]);
  download.start(machine as unknown as AnyConnection);
  while (view.status !== "done") await new Promise((resolve) => setImmediate(resolve));
  assert.equal(view.file?.size, 3_000);
});

test("a checksum that is wrong is no file", async () => {
  const machine = new FileMachine();
  machine.offered = new Uint8Array(10);
  machine.lie = new Uint8Array(32);
  const { download, view, stopped } = downloadOf();
  download.start(machine as unknown as AnyConnection);
  await stopped;
  assert.equal(view.failure?.code, "bad_checksum");
  assert.equal(view.file ?? null, null);
});

test("of each direction one transfer of a machine runs at a time, in order", () => {
  const list = new TransferList();
  const work = { start: () => undefined, connectionLost: () => undefined, cancel: () => undefined };
  const add = (id: string, direction: "upload" | "download", deviceId = "d"): void =>
    list.add({ ...VIEW, id, direction, deviceId }, { ...work });
  for (const id of ["1", "2"]) add(id, "upload");
  add("3", "download");
  add("4", "upload", "other");
  assert.deepEqual(list.next("d"), [list.work("1"), list.work("3")]);
  list.change("1", { status: "running" });
  assert.deepEqual(list.next("d"), [list.work("3")]);
  assert.deepEqual(list.running("d"), [list.work("1")]);
  list.change("1", { status: "failed" });
  assert.equal(list.next("d")[0], list.work("2"));
});

const VIEW: TransferView = {
  id: "",
  direction: "upload",
  deviceId: "d",
  sessionId: "s",
  name: "a",
  sizeBytes: 1,
  doneBytes: 0,
  bytesPerSecond: null,
  status: "waiting",
  failure: null,
  file: null,
};

test("a rate is smoothed, and forgotten while the transfer stands still", () => {
  const rate = new TransferRate();
  rate.note(0, 0);
  rate.note(100, 0.1);
  assert.equal(rate.bytesPerSecond, null);
  rate.note(1_000, 1);
  assert.equal(rate.bytesPerSecond, 1_000);
  rate.note(3_000, 2);
  assert.equal(rate.bytesPerSecond, 1_300);
  rate.pause();
  assert.equal(rate.bytesPerSecond, null);
});

test("sizes are said as people read them", () => {
  const sizes = [0, 999, 1_000, 12_345, 123_456, 1_500_000, 2e12];
  const said = ["0 bytes", "999 bytes", "1 kB", "12.3 kB", "123 kB", "1.5 MB", "2,000 GB"];
  assert.deepEqual(sizes.map(bytesText), said);
});
