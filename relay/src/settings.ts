/** What the relay is configured with: bindings, secrets and choices of whoever deployed it. */

import type { DeviceRelay } from "./device_relay.ts";
import { MIN_CONFIGURED_SECRET_CHARACTERS } from "./limits.ts";
import { Refusal } from "./reasons.ts";
import { PENDING_PHONE_SECONDS } from "./wire/limits.ts";

type SecretName = "PAIR_TOKEN_SECRET" | "REGISTRATION_SECRET" | "DEVICE_ID_KEY";

/** A variable may be absent; workerd says null for one that its environment lacks. */
type Variable = string | null | undefined;

/** The Worker's environment. */
export interface Env {
  readonly DEVICE_RELAY: DurableObjectNamespace<DeviceRelay>;
  readonly ASSETS: Fetcher;
  readonly REGISTER_LIMIT: RateLimit;
  readonly PAIR_LIMIT: RateLimit;
  readonly LINK_LIMIT: RateLimit;
  readonly PAIR_TOKEN_SECRET?: Variable;
  readonly PAIR_TOKEN_SECRET_PREVIOUS?: Variable;
  readonly REGISTRATION_SECRET?: Variable;
  readonly REGISTRATION_SECRET_PREVIOUS?: Variable;
  readonly DEVICE_ID_KEY?: Variable;
  readonly DEVICE_ID_KEY_PREVIOUS?: Variable;
  readonly PREVIOUS_SECRETS_UNTIL?: Variable;
  readonly OPEN_REGISTRATION?: Variable;
  readonly ALLOWED_ORIGINS?: Variable;
  readonly DEPLOYMENT_ID?: Variable;
  readonly PENDING_PHONE_SECONDS?: Variable;
}

/** The current secret, which signs, then the previous one, which is still accepted. */
export type Keys = readonly [current: string, ...previous: string[]];

/** The keys of a secret, or a refusal while it is missing or too short to be one. */
export function keysOf(env: Env, name: SecretName): Keys {
  const current = env[name] ?? "";
  const previous = isPreviousAccepted(env) ? (env[`${name}_PREVIOUS`] ?? "") : "";
  if (current.length < MIN_CONFIGURED_SECRET_CHARACTERS) {
    throw new Refusal({ kind: "not_configured" });
  }
  return previous.length < MIN_CONFIGURED_SECRET_CHARACTERS ? [current] : [current, previous];
}

/** Whether previous secrets still count: until the moment that the rotation named, or as long as they are set. */
function isPreviousAccepted(env: Env): boolean {
  const until = env.PREVIOUS_SECRETS_UNTIL ?? "";
  return until === "" || Date.now() / 1000 < Number(until);
}

/** Whether anybody may register a device. */
export function isRegistrationOpen(env: Env): boolean {
  return env.OPEN_REGISTRATION === "true";
}

/** Origins besides the relay's own from which browsers may use it. */
export function allowedOriginsOf(env: Env): readonly string[] {
  return (env.ALLOWED_ORIGINS ?? "")
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
}

/** How long a redeemed phone may stay unconfirmed; a deployment can shorten it, never prolong it. */
export function pendingPhoneSecondsOf(env: Env): number {
  const seconds = Number(env.PENDING_PHONE_SECONDS ?? PENDING_PHONE_SECONDS);
  return Number.isInteger(seconds) && seconds >= 1 ? Math.min(seconds, PENDING_PHONE_SECONDS) : PENDING_PHONE_SECONDS;
}
