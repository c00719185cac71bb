/** The window of a file on simulated paths: it fills them, and leaves hardly a queue. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlobWindow } from "../../src/wire/blob_window.ts";
import { BLOB_WINDOW_BYTES, LEAST_BLOB_WINDOW_BYTES } from "../../src/wire/limits.ts";

/** An endless file through a queue that is served at a rate, and a delay. */
class File {
  readonly window = new BlobWindow(0, BLOB_WINDOW_BYTES);
  readonly #rate: number;
  readonly #roundTrip: number;
  #now = 0;
  #idleAt = 0;
  #acknowledgements: { at: number; offset: number }[] = [];

  constructor(bytesPerSecond: number, roundTripSeconds: number) {
    this.#rate = bytesPerSecond;
    this.#roundTrip = roundTripSeconds;
  }

  run(seconds: number): { readonly delivered: number; readonly longestQueue: number } {
    const end = this.#now + seconds;
    const before = this.window.acknowledged;
    let longestQueue = 0;
    while (this.#now < end) {
      for (
        let count = this.window.messageBytes;
        count <= this.window.roomBytes;
        count = this.window.messageBytes
      ) {
        this.#idleAt = Math.max(this.#now, this.#idleAt) + count / this.#rate;
        longestQueue = Math.max(longestQueue, this.#idleAt - this.#now);
        this.window.recordSent(count, this.#now);
        this.#acknowledgements.push({ at: this.#idleAt + this.#roundTrip, offset: this.window.sent });
      }
      const next = this.#acknowledgements.shift();
      assert.ok(next, "it never waits with nothing under way");
      this.#now = next.at;
      this.window.acknowledge(next.offset, this.#now);
      assert.ok(this.window.windowBytes <= BLOB_WINDOW_BYTES);
    }
    return { delivered: this.window.acknowledged - before, longestQueue };
  }
}

for (const [rate, roundTrip] of [
  [0.125e6, 0.05],
  [1e6, 0.03],
  [2e6, 0.2],
  [10e6, 0.05],
  [50e6, 0.002],
] as const) {
  test(`a path of ${rate / 1e6} MB/s and ${roundTrip * 1_000} ms is filled, and a key waits little`, () => {
    const file = new File(rate, roundTrip);
    file.run(5);
    const { delivered, longestQueue } = file.run(60);
    assert.ok(delivered >= 0.85 * 60 * rate, `${delivered}`);
    assert.ok(longestQueue <= Math.max((1.1 * LEAST_BLOB_WINDOW_BYTES) / rate, 0.1), `${longestQueue}`);
  });
}

test("a receiver that stops gets no more than the window, and cannot acknowledge what was never sent", () => {
  const window = new BlobWindow(7, BLOB_WINDOW_BYTES);
  while (window.messageBytes <= window.roomBytes) window.recordSent(window.messageBytes, 0);
  assert.ok(window.sent - window.acknowledged <= LEAST_BLOB_WINDOW_BYTES);
  assert.throws(() => window.acknowledge(window.sent + 1, 1));
  window.acknowledge(3, 1);
  assert.equal(window.acknowledged, 7);
});
