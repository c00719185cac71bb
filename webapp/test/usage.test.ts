/** What a laptop has used of the relay, as a share of the free plan and in words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { learn, percentText, say } from "../src/strings.ts";
import { LATER_WORDS } from "../src/strings_later.ts";
import { FREE_REQUESTS_A_DAY, freePlanShare } from "../src/wire/usage.ts";

test("twenty messages cost as much as one connection", () => {
  assert.equal(freePlanShare({ messages: 20, connections: 0 }), 1 / FREE_REQUESTS_A_DAY);
  assert.equal(freePlanShare({ messages: 0, connections: 1 }), 1 / FREE_REQUESTS_A_DAY);
  assert.equal(freePlanShare({ messages: 1_000_000, connections: 50_000 }), 1);
});

test("the share is said to be this laptop's", () => {
  assert.equal(percentText(freePlanShare({ messages: 81_240, connections: 58 })), "4.1%");
  learn(LATER_WORDS);
  assert.match(
    say("settings.usage.today", { share: "4.12%", limit: FREE_REQUESTS_A_DAY, time: "2:00" }),
    /^4\.12% of the free plan’s 100,000 requests a day, by this laptop/,
  );
});
