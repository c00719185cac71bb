/** What static assets carry, and the stand-in for the rate-limit binding. */

import assert from "node:assert/strict";
import { test } from "node:test";
import makeRateLimit from "../local/rate_limit.ts";
import { assetHeadersFile, CONTENT_SECURITY_POLICY, cacheControlOf } from "../src/security_headers.ts";

test("the policy allows nothing from elsewhere and no inline script", () => {
  const directives = new Map(
    CONTENT_SECURITY_POLICY.split("; ").map((directive) => {
      const [name, ...sources] = directive.split(" ");
      return [name, sources] as const;
    }),
  );
  assert.deepEqual(directives.get("default-src"), ["'none'"]);
  assert.deepEqual(directives.get("script-src"), ["'self'"]);
  assert.deepEqual(directives.get("connect-src"), ["'self'"]);
  assert.deepEqual(directives.get("frame-ancestors"), ["'none'"]);
  assert.ok(!CONTENT_SECURITY_POLICY.includes("unsafe-eval"));
  assert.ok(!/https?:|\*/.test(CONTENT_SECURITY_POLICY));
});

test("files with a hash are kept for ever, the rest is asked for", () => {
  assert.match(cacheControlOf("/app/assets/main-ABC123.js"), /immutable/);
  assert.equal(cacheControlOf("/app/"), "no-cache");
  assert.equal(cacheControlOf("/app/sw.js"), "no-cache");
});

test("the headers file covers every asset", () => {
  const [all, ...rest] = assetHeadersFile().split("\n\n");
  assert.ok(all?.startsWith("/*\n"));
  assert.ok(all?.includes(`\n  content-security-policy: ${CONTENT_SECURITY_POLICY}\n`));
  assert.ok(all?.includes("\n  strict-transport-security: "));
  assert.deepEqual(
    rest.map((rule) => rule.split("\n")[0]),
    ["/app/assets/*", "/app/", "/app/index.html"],
  );
});

test("the stand-in counts calls per key and minute", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 600_000 });
  const limiter = makeRateLimit({ limit: "2" });
  const call = async (key: string) => (await limiter.limit({ key })).success;
  assert.deepEqual([await call("a"), await call("a"), await call("a"), await call("b")], [true, true, false, true]);
  context.mock.timers.tick(60_000);
  assert.equal(await call("a"), true);
});

test("the stand-in lets nobody in without a limit", async () => {
  const limiter = makeRateLimit({ limit: null as unknown as string });
  assert.equal((await limiter.limit({ key: "a" })).success, false);
});
