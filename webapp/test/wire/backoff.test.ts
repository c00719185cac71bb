/** When a lost connection is tried again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../src/wire/backoff.ts";

test("the range doubles from half a second to half a minute", () => {
  const backoff = new Backoff(() => 1);
  const delays = Array.from({ length: 9 }, () => backoff.nextDelaySeconds());
  assert.deepEqual(delays, [0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
});

test("jitter is full", () => {
  assert.equal(new Backoff(() => 0).nextDelaySeconds(), 0);
  assert.equal(new Backoff(() => 0.5).nextDelaySeconds(), 0.25);
});

test("only a connection that stayed up starts it afresh", () => {
  const backoff = new Backoff(() => 1);
  backoff.nextDelaySeconds();
  backoff.connectionEnded(9.9);
  assert.equal(backoff.nextDelaySeconds(), 1);
  backoff.connectionEnded(10);
  assert.equal(backoff.nextDelaySeconds(), 0.5);
});
