/** What the relay reads from a request before anything is decided: route, secrets, origin, body, settings. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerOf, equalInConstantTime, hasSecretInQuery, linkOfferOf } from "../src/auth.ts";
import { labelOf, readFields, ttlSecondsOf } from "../src/bodies.ts";
import { isOriginAllowed } from "../src/origins.ts";
import { closeCodeOf, publicError, Refusal } from "../src/reasons.ts";
import { routeOf } from "../src/router.ts";
import { allowedOriginsOf, type Env, keysOf, pendingPhoneSecondsOf } from "../src/settings.ts";

function refusedAs(kind: string): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.failure.kind === kind;
}

function environment(variables: Readonly<Record<string, string | null>>): Env {
  return variables as unknown as Env;
}

function found(method: string, path: string): string {
  const outcome = routeOf(method, path);
  return outcome.ok ? Object.values(outcome.value).join(" ") : outcome.failure.kind;
}

test("every route of the protocol is found", () => {
  assert.equal(found("GET", "/"), "home");
  assert.equal(found("GET", "/health"), "health");
  assert.equal(found("HEAD", "/health"), "health");
  assert.equal(found("GET", "/app"), "app");
  assert.equal(found("GET", "/app/assets/a.js"), "app");
  assert.equal(found("POST", "/v1/devices"), "register");
  assert.equal(found("POST", "/v1/pair"), "pair");
  assert.equal(found("POST", "/v1/devices/d/pair-tokens"), "pair_tokens d");
  assert.equal(found("GET", "/v1/devices/d/phones"), "phones d");
  assert.equal(found("DELETE", "/v1/devices/d/phones/p"), "phone_delete d p");
  assert.equal(found("DELETE", "/v1/devices/d"), "device_delete d");
  assert.equal(found("POST", "/v1/devices/d/rotate"), "rotate d");
  assert.equal(found("GET", "/v1/devices/d/link"), "device_link d");
  assert.equal(found("GET", "/v1/devices/d/phones/p/link"), "phone_link d p");
});

test("any other address is not found", () => {
  for (const path of [
    "/index.html",
    "/v1",
    "/v1/",
    "/v1/pair/x",
    "/v1/devices/d/",
    "/v1/devices/d/phones/p/link/x",
    "/v1/devices/d/phones/p/other",
    "/v1/devices/d/rotate/x",
    "/v2/devices",
    "/application",
    "//v1/devices",
  ]) {
    assert.equal(found("GET", path), "not_found", path);
  }
});

test("a known address with another method says which one it answers", () => {
  const outcome = routeOf("PUT", "/v1/devices");
  assert.deepEqual(outcome, { ok: false, failure: { kind: "method_not_allowed", allow: "POST" } });
});

test("a bearer is read from its header alone", () => {
  assert.equal(bearerOf("Bearer abc"), "abc");
  assert.equal(bearerOf("bearer  abc "), "abc");
  for (const header of [null, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "abc", "Bearer é"]) {
    assert.equal(bearerOf(header), null, String(header));
  }
});

test("a link offers the protocol and a secret", () => {
  assert.deepEqual(linkOfferOf("loopsy.v1, loopsy.bearer.abc"), { speaksProtocol: true, secret: "abc" });
  assert.deepEqual(linkOfferOf("loopsy.bearer.abc,loopsy.v1"), { speaksProtocol: true, secret: "abc" });
  assert.deepEqual(linkOfferOf("loopsy.v1"), { speaksProtocol: true, secret: null });
  assert.deepEqual(linkOfferOf("loopsy.v1, loopsy.bearer."), { speaksProtocol: true, secret: null });
  assert.deepEqual(linkOfferOf("loopsy.v2, loopsy.bearer.abc"), { speaksProtocol: false, secret: "abc" });
  assert.deepEqual(linkOfferOf(null), { speaksProtocol: false, secret: null });
});

test("a secret in an address is noticed under every name", () => {
  for (const name of ["token", "secret", "access_token", "bearer", "TOKEN"]) {
    assert.equal(hasSecretInQuery(new URLSearchParams(`a=1&${name}=x`)), true);
  }
  assert.equal(hasSecretInQuery(new URLSearchParams("a=token&tokens=1")), false);
});

test("bytes are equal only if all of them are", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.equal(equalInConstantTime(bytes, Uint8Array.of(1, 2, 3)), true);
  for (const other of [[1, 2, 4], [0, 2, 3], [1, 2], [1, 2, 3, 0], []]) {
    assert.equal(equalInConstantTime(bytes, Uint8Array.from(other)), false, String(other));
  }
});

test("origins pass if they are the relay's own, allowed, or absent", () => {
  const url = new URL("https://relay.example/v1/pair");
  const allowed = allowedOriginsOf(environment({ ALLOWED_ORIGINS: " https://a.example, https://b.example:8443 ,," }));
  for (const origin of [null, "https://relay.example", "https://a.example", "https://b.example:8443"]) {
    assert.equal(isOriginAllowed(origin, url, allowed), true, String(origin));
  }
  for (const origin of ["null", "", "http://relay.example", "https://relay.example:444", "https://a.example.evil"]) {
    assert.equal(isOriginAllowed(origin, url, allowed), false, origin);
  }
});

test("a secret that is missing or too short configures nothing", () => {
  const long = "x".repeat(32);
  for (const value of [undefined, null, "", "x".repeat(31)]) {
    const env = environment(value === undefined ? {} : { PAIR_TOKEN_SECRET: value });
    assert.throws(() => keysOf(env, "PAIR_TOKEN_SECRET"), refusedAs("not_configured"));
  }
  assert.deepEqual(keysOf(environment({ PAIR_TOKEN_SECRET: long }), "PAIR_TOKEN_SECRET"), [long]);
  const both = { PAIR_TOKEN_SECRET: long, PAIR_TOKEN_SECRET_PREVIOUS: "y".repeat(32) };
  assert.deepEqual(keysOf(environment(both), "PAIR_TOKEN_SECRET"), [long, "y".repeat(32)]);
  const short = { PAIR_TOKEN_SECRET: long, PAIR_TOKEN_SECRET_PREVIOUS: "y" };
  assert.deepEqual(keysOf(environment(short), "PAIR_TOKEN_SECRET"), [long]);
  const now = Math.floor(Date.now() / 1000);
  for (const [until, count] of [
    [String(now + 60), 2],
    [String(now - 60), 1],
    ["nonsense", 1],
    ["", 2],
  ] as const) {
    const env = environment({ ...both, PREVIOUS_SECRETS_UNTIL: until });
    assert.equal(keysOf(env, "PAIR_TOKEN_SECRET").length, count, until);
  }
});

test("the time of a pending phone can be shortened only", () => {
  for (const [value, seconds] of [
    ["5", 5],
    ["600", 600],
    ["601", 600],
    ["0", 600],
    ["-1", 600],
    ["x", 600],
    ["1.5", 600],
    [null, 600],
  ] as const) {
    assert.equal(pendingPhoneSecondsOf(environment({ PENDING_PHONE_SECONDS: value })), seconds, String(value));
  }
});

test("a body is a JSON object within its limit", async () => {
  const read = (body: string | Uint8Array<ArrayBuffer>) =>
    readFields(new Request("https://relay.example", { method: "POST", body }));
  assert.deepEqual(await read('{"ttl":30}'), { ttl: 30 });
  assert.deepEqual(await read(""), {});
  assert.deepEqual(await read(`{"a":"${"x".repeat(4096 - 8)}"}`), { a: "x".repeat(4096 - 8) });
  await assert.rejects(read(`{"a":"${"x".repeat(4096 - 7)}"}`), refusedAs("too_large"));
  for (const body of ["{", "[]", "null", "7", '"x"', Uint8Array.of(0xff, 0xfe)]) {
    await assert.rejects(read(body), refusedAs("bad_request"), String(body));
  }
});

test("the life of a token is from half a minute to half an hour", () => {
  assert.equal(ttlSecondsOf({}), 300);
  assert.equal(ttlSecondsOf({ ttl: 30 }), 30);
  assert.equal(ttlSecondsOf({ ttl: 1800 }), 1800);
  for (const ttl of [29, 1801, 30.5, "300", true, -1, {}]) {
    assert.throws(() => ttlSecondsOf({ ttl }), refusedAs("bad_request"), String(ttl));
  }
});

test("a label is short text that steers no terminal", () => {
  assert.equal(labelOf({}), "");
  assert.equal(labelOf({ label: "📱".repeat(64) }), "📱".repeat(64));
  for (const label of ["x".repeat(65), "a\u001b[2J", "a\n", "\u0085", 7, ["x"], true]) {
    assert.throws(() => labelOf({ label }), refusedAs("bad_request"), String(label));
  }
});

test("who has no valid secret learns nothing of why", () => {
  const answers = (["bearer_missing", "secret_wrong", "token_invalid", "device_unknown", "phone_revoked"] as const).map(
    (kind) => publicError({ kind }),
  );
  for (const answer of answers) {
    assert.deepEqual(answer, answers[0]);
  }
});

test("a browser reads identity from the close code", () => {
  assert.equal(closeCodeOf({ kind: "secret_wrong" }), 4004);
  assert.equal(closeCodeOf({ kind: "device_unknown" }), 4004);
  assert.equal(closeCodeOf({ kind: "phone_revoked" }), 4003);
  assert.equal(closeCodeOf({ kind: "rate_limited" }), 4029);
  assert.equal(closeCodeOf({ kind: "not_configured" }), null);
});
