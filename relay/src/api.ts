/** What each HTTP route of the API does: check who asks, ask the device's object, answer. */

import { bearerOf, digestOf, equalInConstantTime } from "./auth.ts";
import { labelOf, readFields, ttlSecondsOf } from "./bodies.ts";
import { orRefuse, Refusal } from "./reasons.ts";
import { emptyResponse, jsonResponse } from "./responses.ts";
import { type Env, isRegistrationOpen, keysOf } from "./settings.ts";
import { isInvite, isOwnDeviceId, makeDeviceId, makeNonce, makePairToken, readPairToken } from "./tokens.ts";
import type { Visit } from "./visit.ts";
import {
  DEVICE_ID_RANDOM_BYTES,
  encodeBase32,
  encodeBase64url,
  PHONE_ID_BYTES,
  parsePhoneId,
  SECRET_BYTES,
} from "./wire/identifiers.ts";

/** `POST /v1/devices` */
export async function registerDevice({ request, env, address }: Visit): Promise<Response> {
  await limit(env.REGISTER_LIMIT, address);
  const [deviceIdKey] = keysOf(env, "DEVICE_ID_KEY");
  await authorizeRegistration(bearerOf(request.headers.get("authorization")), env);
  await readFields(request);
  const deviceId = await makeDeviceId(deviceIdKey, randomBytes(DEVICE_ID_RANDOM_BYTES));
  const deviceSecret = makeSecret();
  await objectOf(env, deviceId).register(await digestOf(deviceSecret));
  return jsonResponse({ device_id: deviceId, device_secret: deviceSecret }, 201);
}

/** `POST /v1/devices/{id}/pair-tokens` */
export async function createPairToken({ request, env }: Visit, deviceId: string): Promise<Response> {
  const [pairTokenKey] = keysOf(env, "PAIR_TOKEN_SECRET");
  const { relay, digest } = await deviceCaller(request, env, deviceId);
  orRefuse(await relay.authorize(digest));
  const expiresAtSeconds = nowSeconds() + ttlSecondsOf(await readFields(request));
  const token = await makePairToken(pairTokenKey, { deviceId, expiresAtSeconds, nonce: makeNonce() });
  return jsonResponse({ token, expires_at: expiresAtSeconds }, 201);
}

/** `POST /v1/pair` */
export async function redeemPairToken({ request, env, address }: Visit): Promise<Response> {
  await limit(env.PAIR_LIMIT, address);
  const keys = keysOf(env, "PAIR_TOKEN_SECRET");
  const bearer = bearerOf(request.headers.get("authorization"));
  const token = bearer === null ? null : await readPairToken(keys, bearer, nowSeconds());
  if (token === null || !(await isOwnDeviceId(keysOf(env, "DEVICE_ID_KEY"), token.deviceId))) {
    throw new Refusal({ kind: bearer === null ? "bearer_missing" : "token_invalid" });
  }
  const label = labelOf(await readFields(request));
  const phoneId = encodeBase32(randomBytes(PHONE_ID_BYTES));
  const phoneSecret = makeSecret();
  const redemption = {
    nonce: token.nonce,
    expiresAtSeconds: token.expiresAtSeconds,
    phoneId,
    phoneDigest: await digestOf(phoneSecret),
    label,
  };
  orRefuse(await objectOf(env, token.deviceId).redeem(redemption));
  return jsonResponse({ device_id: token.deviceId, phone_id: phoneId, phone_secret: phoneSecret }, 201);
}

/** `GET /v1/devices/{id}/phones` */
export async function listPhones({ request, env }: Visit, deviceId: string): Promise<Response> {
  const { relay, digest } = await deviceCaller(request, env, deviceId);
  return jsonResponse({ phones: orRefuse(await relay.listPhones(digest)) });
}

/** `DELETE /v1/devices/{id}/phones/{phone_id}` */
export async function revokePhone({ request, env }: Visit, deviceId: string, phoneId: string): Promise<Response> {
  if (parsePhoneId(phoneId) === null) {
    throw new Refusal({ kind: "not_found" });
  }
  const { relay, digest } = await deviceCaller(request, env, deviceId);
  orRefuse(await relay.revokePhone(phoneId, digest));
  return emptyResponse(204);
}

/** `DELETE /v1/devices/{id}` */
export async function deleteDevice({ request, env }: Visit, deviceId: string): Promise<Response> {
  const { relay, digest } = await deviceCaller(request, env, deviceId);
  orRefuse(await relay.deleteDevice(digest));
  return emptyResponse(204);
}

/** `POST /v1/devices/{id}/rotate` */
export async function rotateDeviceSecret({ request, env }: Visit, deviceId: string): Promise<Response> {
  const { relay, digest } = await deviceCaller(request, env, deviceId);
  await readFields(request);
  const deviceSecret = makeSecret();
  orRefuse(await relay.rotate(digest, await digestOf(deviceSecret)));
  return jsonResponse({ device_secret: deviceSecret });
}

/** The object of a device whose id was checked. */
export function objectOf(env: Env, deviceId: string) {
  return env.DEVICE_RELAY.get(env.DEVICE_RELAY.idFromName(deviceId));
}

/** Refuse who asks too often. */
export async function limit(limiter: RateLimit, key: string): Promise<void> {
  const { success } = await limiter.limit({ key });
  if (!success) {
    throw new Refusal({ kind: "rate_limited" });
  }
}

/** The object that a caller names, and the digest of the caller's secret. No object is touched for a made-up id. */
async function deviceCaller(request: Request, env: Env, deviceId: string) {
  const secret = bearerOf(request.headers.get("authorization"));
  const isOwn = await isOwnDeviceId(keysOf(env, "DEVICE_ID_KEY"), deviceId);
  if (secret === null) {
    throw new Refusal({ kind: "bearer_missing" });
  }
  if (!isOwn) {
    throw new Refusal({ kind: "device_unknown" });
  }
  return { relay: objectOf(env, deviceId), digest: await digestOf(secret) };
}

async function authorizeRegistration(bearer: string | null, env: Env): Promise<void> {
  if (bearer === null && isRegistrationOpen(env)) {
    return;
  }
  const keys = keysOf(env, "REGISTRATION_SECRET");
  if (bearer === null) {
    throw new Refusal({ kind: "registration_closed" });
  }
  const digest = await digestOf(bearer);
  const digests = await Promise.all(keys.map(digestOf));
  const isSecret = digests.some((known) => equalInConstantTime(known, digest));
  if (!isSecret && !(await isInvite(keys, bearer, nowSeconds()))) {
    throw new Refusal({ kind: "secret_wrong" });
  }
}

function makeSecret(): string {
  return encodeBase64url(randomBytes(SECRET_BYTES));
}

function randomBytes(lengthBytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(lengthBytes));
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
