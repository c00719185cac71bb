/** A stream's output under cuts, snapshots and skips: the terminal ends up with exactly what was printed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Bytes, concatenate, EMPTY } from "../../src/wire/bytes.ts";
import { WireError } from "../../src/wire/errors.ts";
import type { StreamFrame } from "../../src/wire/frames.ts";
import { OutputStream, type Step, type StreamStart } from "../../src/wire/stream.ts";

const SIZE = { cols: 80, rows: 24 };
const WINDOW_BYTES = 1_000;

function bytes(length: number, from = 0): Bytes {
  return Uint8Array.from({ length }, (_, index) => (from + index) % 251);
}

function start(base: number, snapshot: number | null = null): StreamStart {
  return { base, snapshot, windowBytes: WINDOW_BYTES, ...SIZE };
}

function output(offset: number, data: Bytes): StreamFrame {
  return { kind: "output", stream: 1, offset, data };
}

function snapshotPart(offset: number, data: Bytes): StreamFrame {
  return { kind: "snapshot", stream: 1, offset, data };
}

const violates = (error: unknown): boolean => error instanceof WireError && error.reason === "violation";

/** A terminal whose screen is all that it was ever given since its last reset. */
class Paper {
  content: Bytes = EMPTY;
  readonly sizes: string[] = [];

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.do === "reset") this.content = EMPTY;
      if (step.do === "write") this.content = concatenate(this.content, step.data);
      else if (step.do !== "prepend") this.sizes.push(`${step.cols}x${step.rows}@${this.content.length}`);
    }
  }
}

test("whatever is cut wherever, the terminal shows each printed byte once", () => {
  const part = fc.record({
    printed: fc.integer({ min: 0, max: 400 }),
    chunk: fc.integer({ min: 1, max: 90 }),
    deliveredParts: fc.integer({ min: 0, max: 12 }),
    forgets: fc.boolean(),
    skips: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
      const paper = new Paper();
      let printed: Bytes = EMPTY;
      let stream: OutputStream | null = null;
      // the last attachment is not cut
      const attachments = [
        ...parts,
        { printed: 0, chunk: 50, deliveredParts: 1_000, forgets: false, skips: false },
      ];
      for (const { printed: more, chunk, deliveredParts, forgets, skips } of attachments) {
        printed = concatenate(printed, bytes(more, printed.length));
        const have: number | null = forgets ? null : (stream?.have ?? null);
        const begin: StreamStart = have === null ? start(printed.length, printed.length) : start(have);
        stream = new OutputStream(begin);
        paper.run(stream.begin(begin));
        const frames: StreamFrame[] = [];
        const cutUp = (
          data: Bytes,
          first: number,
          frame: (offset: number, piece: Bytes) => StreamFrame,
        ): void => {
          for (let at = 0; at < data.length; at += chunk)
            frames.push(frame(first + at, data.slice(at, at + chunk)));
        };
        if (have === null) cutUp(printed, 0, snapshotPart);
        else cutUp(printed.slice(have), have, output);
        const delivered = frames.slice(0, deliveredParts);
        for (const frame of delivered) paper.run(stream.receive(frame));
        if (skips && stream.have !== null) {
          paper.run(
            stream.skipForward({
              type: "snapshot",
              stream: 1,
              base: printed.length,
              bytes: printed.length,
              ...SIZE,
            }),
          );
          for (let at = 0; at < printed.length; at += chunk) {
            paper.run(stream.receive(snapshotPart(at, printed.slice(at, at + chunk))));
          }
        }
      }
      assert.deepEqual(paper.content, printed);
      assert.equal(stream?.have, printed.length);
    }),
    { numRuns: 300 },
  );
});

test("a gap, a repeat and output inside a snapshot are violations", () => {
  const stream = new OutputStream(start(10));
  stream.receive(output(10, bytes(5)));
  assert.throws(() => stream.receive(output(16, bytes(1))), violates);
  assert.throws(() => stream.receive(output(10, bytes(5))), violates);
  assert.throws(() => stream.receive(snapshotPart(0, bytes(5))), violates);
  stream.begin(start(15, 100));
  assert.throws(() => stream.receive(output(15, bytes(1))), violates);
  assert.throws(() => stream.receive(snapshotPart(1, bytes(1))), violates);
  assert.throws(() => stream.receive(snapshotPart(0, bytes(101))), violates);
});

test("a new size comes between the bytes that were made before and after it", () => {
  const paper = new Paper();
  const stream = new OutputStream(start(0));
  paper.run(stream.begin(start(0)));
  paper.run(stream.receive(output(0, bytes(7))));
  paper.run(stream.resized({ type: "resized", stream: 1, offset: 7, cols: 40, rows: 20, leader: true }));
  paper.run(stream.receive(output(7, bytes(3, 7))));
  assert.deepEqual(paper.sizes, ["80x24@0", "40x20@7"]);
});

test("a new size in the middle of a snapshot waits for its end", () => {
  const paper = new Paper();
  const stream = new OutputStream(start(9, 4));
  paper.run(stream.begin(start(9, 4)));
  paper.run(stream.receive(snapshotPart(0, bytes(2))));
  paper.run(stream.resized({ type: "resized", stream: 1, offset: 9, cols: 40, rows: 20, leader: false }));
  assert.deepEqual(paper.sizes, []);
  assert.equal(stream.snapshotProgress, 0.5);
  paper.run(stream.receive(snapshotPart(2, bytes(2, 2))));
  assert.deepEqual(paper.sizes, ["80x24@0", "40x20@4"]);
});

test("an empty snapshot resets at once", () => {
  const stream = new OutputStream(start(0, 0));
  assert.deepEqual(
    stream.begin(start(0, 0)).map((step) => step.do),
    ["reset", "write"],
  );
  assert.equal(stream.have, 0);
});

test("what is parsed is acknowledged after 100 ms, or at once when half a window waits", () => {
  const stream = new OutputStream(start(0));
  stream.receive(output(0, bytes(900)));
  stream.parsed(100, 50);
  assert.equal(stream.takeAck(50.05), null);
  assert.equal(stream.ackDueSeconds, 50.1);
  stream.parsed(200, 50.06);
  assert.equal(stream.takeAck(50.11), 200);
  assert.equal(stream.takeAck(50.5), null);
  assert.equal(stream.ackDueSeconds, null);
  stream.parsed(700, 51);
  assert.equal(stream.takeAck(51), 700);
});
