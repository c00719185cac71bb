/** The chip tells the truth: what it shows follows from answers and the clock alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chipState, type Phase } from "../src/connection_state.ts";
import { phaseText } from "../src/phase_text.ts";
import { nextDay } from "../src/relay_quota.ts";
import { durationText } from "../src/strings.ts";

const ONLINE: Phase = { name: "online" };
const at = (lastAnswerSeconds: number) => ({ lastAnswerSeconds, roundTripMilliseconds: 34.4 });

test("green with the round trip, amber with the age after 3 s, nothing after 10 s", () => {
  assert.deepEqual(chipState(ONLINE, at(100), 102.9), { health: "good", text: "34 ms" });
  assert.deepEqual(chipState(ONLINE, at(100), 103), { health: "stale", text: "3 s ago" });
  assert.deepEqual(chipState(ONLINE, at(100), 109.9), { health: "stale", text: "9 s ago" });
  assert.deepEqual(chipState(ONLINE, at(100), 110), { health: "none", text: "no answer" });
});

test("no phase but online is ever green, however fresh the last answer", () => {
  const phases: Phase[] = [
    { name: "connecting", again: true },
    { name: "device_offline", since: null },
    { name: "phone_offline" },
    { name: "waiting", retryAtSeconds: 0 },
    { name: "rate_limited", retryAtSeconds: 0 },
    { name: "ended", reason: "revoked" },
  ];
  for (const phase of phases) assert.equal(chipState(phase, at(100), 100).health, "none");
  assert.equal(
    chipState(ONLINE, { lastAnswerSeconds: null, roundTripMilliseconds: null }, 100).health,
    "none",
  );
});

test("a clock that is set back does not make an answer older or newer than now", () => {
  assert.equal(chipState(ONLINE, at(100), 50).health, "good");
});

test("durations in one unit", () => {
  assert.deepEqual([0, 59.9, 60, 3_599, 3_600, 86_400, 200_000].map(durationText), [
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "1 h",
    "1 d",
    "2 d",
  ]);
});

test("each phase that needs words has one sentence and a way on", () => {
  assert.equal(phaseText(ONLINE, "studio", 0), null);
  assert.equal(phaseText({ name: "connecting", again: false }, "studio", 0), null);
  assert.equal(phaseText({ name: "connecting", again: true }, "studio", 0)?.title, "Reconnecting");
  assert.equal(
    phaseText({ name: "device_offline", since: 100 }, "studio", 7_300)?.title,
    "studio has been offline for 2 h",
  );
  assert.equal(
    phaseText({ name: "device_offline", since: null }, "studio", 0)?.title,
    "studio is not connected",
  );
  assert.match(phaseText({ name: "waiting", retryAtSeconds: 12 }, "studio", 4)?.hint ?? "", /in 8 s/);
  assert.deepEqual(phaseText({ name: "ended", reason: "revoked" }, "studio", 0)?.actions, ["forget", "pair"]);
  assert.deepEqual(phaseText({ name: "ended", reason: "replaced" }, "studio", 0)?.actions, ["retry"]);
  assert.deepEqual(phaseText({ name: "ended", reason: "protocol" }, "studio", 0)?.actions, ["reload"]);
});

test("an attempt says as much as the pause before it, so that nothing jumps", () => {
  const attempt = phaseText({ name: "connecting", again: true }, "studio", 0);
  const pause = phaseText({ name: "waiting", retryAtSeconds: 12 }, "studio", 4);
  assert.deepEqual([attempt?.title, attempt?.actions], [pause?.title, pause?.actions]);
});

test("a relay without requests left says when it goes on: at midnight in UTC", () => {
  assert.equal(nextDay(86_399), 86_400);
  assert.equal(nextDay(86_400), 172_800);
  const waiting = { name: "waiting", retryAtSeconds: 12 } as const;
  assert.match(phaseText(waiting, "studio", 0, true)?.title ?? "", /no requests left today/);
  assert.match(phaseText(waiting, "studio", 0, true)?.hint ?? "", /goes on at \d/);
});
