/** What pairing makes of links, labels, the relay's answers and the ends of links. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endText, pastedLink, troubleText } from "../src/pairing_text.ts";
import { linkFailure, redeemFailure, triesLeft } from "../src/pairing_view.ts";
import { cleanLabel, proposedLabel } from "../src/phone_label.ts";

test("the relay's answers", () => {
  assert.deepEqual(redeemFailure(401), { over: true, reason: "expired" });
  assert.deepEqual(redeemFailure(403), { over: true, reason: "refused" });
  assert.deepEqual(redeemFailure(409), { over: true, reason: "used" });
  assert.deepEqual(redeemFailure(400), { over: true, reason: "bad_link" });
  assert.deepEqual(redeemFailure(429), { over: false, trouble: "rate_limited" });
  assert.deepEqual(redeemFailure(503), { over: false, trouble: "server" });
});

test("the ends of the link", () => {
  assert.deepEqual(linkFailure(4005), { over: false, trouble: "wrong_code" });
  assert.deepEqual(linkFailure(4006), { over: true, reason: "ended" });
  assert.deepEqual(linkFailure(4004), { over: true, reason: "ended" });
  assert.deepEqual(linkFailure(4029), { over: false, trouble: "rate_limited" });
  assert.deepEqual(linkFailure(1006), { over: false, trouble: "no_connection" });
});

test("five wrong codes end it", () => {
  assert.deepEqual([0, 1, 4, 5, 6].map(triesLeft), [5, 4, 1, 0, 0]);
  assert.match(troubleText("wrong_code", 1), /One try is left/);
  assert.match(endText("ended").hint, /five times/);
});

test("pasted links", () => {
  const here = "https://relay.example";
  assert.deepEqual(pastedLink(` ${here}/app/#abc \n`, here), { kind: "fragment", fragment: "abc" });
  assert.equal(pastedLink("", here).kind, "problem");
  assert.equal(pastedLink("relay.example/app", here).kind, "problem");
  assert.equal(pastedLink(`${here}/app/`, here).kind, "problem");
  const elsewhere = pastedLink("https://other.example/app/#abc", here);
  assert.match(elsewhere.kind === "problem" ? elsewhere.problem : "", /other\.example/);
});

test("a device's name from its browser", () => {
  const named = (userAgent: string, maxTouchPoints = 5): string =>
    proposedLabel({ userAgent: `Mozilla/5.0 (${userAgent}`, maxTouchPoints });
  assert.equal(named("iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15"), "iPhone");
  assert.equal(named("Linux; Android 14; Pixel 7) AppleWebKit/537.36"), "Pixel 7");
  assert.equal(named("Linux; Android 12; SM-G991B Build/SP1A) Chrome/99"), "SM-G991B");
  assert.equal(named("Linux; Android 10; K) AppleWebKit/537.36 Mobile Safari/537.36"), "Android phone");
  assert.equal(named("Linux; Android 10; K) AppleWebKit/537.36 Safari/537.36"), "Android tablet");
  assert.equal(named("Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"), "iPad");
  assert.equal(named("Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15", 0), "Mac browser");
  assert.equal(named("X11; Linux x86_64)", 0), "Linux browser");
});

test("a label that the protocol allows", () => {
  assert.equal(cleanLabel("  Ada’s\u0007 phone "), "Ada’s phone");
  assert.equal(cleanLabel("\n"), "Device");
  assert.equal([...cleanLabel("👩".repeat(100))].length, 64);
});
