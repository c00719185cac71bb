/** When a daemon that does not answer is asked through the relay, and when the channel is given up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Silence } from "../src/silence.ts";

test("a daemon that owes an answer is probed after 4 s and given up after 15", () => {
  const silence = new Silence();
  assert.deepEqual(
    [100, 102.5, 105, 112.5, 115].map((now) => silence.asked(now)),
    ["wait", "wait", "probe", "probe", "give_up"],
  );
});

test("an answer, or an app that was hidden, begins anew", () => {
  const silence = new Silence();
  silence.asked(100);
  silence.broken();
  assert.equal(silence.asked(500), "wait");
  assert.equal(silence.asked(505), "probe");
});
