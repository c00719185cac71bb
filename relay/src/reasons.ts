/** Why a request is refused, and the little of it that the outside is told. */

import { RETRY_AFTER_SECONDS } from "./limits.ts";
import { CLOSE_RATE_LIMITED, CLOSE_REVOKED, CLOSE_UNKNOWN } from "./wire/close_codes.ts";

/** Everything that can make the relay say no. */
export type Failure =
  | { readonly kind: "bad_request"; readonly detail: string }
  | { readonly kind: "secret_in_url" }
  | { readonly kind: "bearer_missing" }
  | { readonly kind: "secret_wrong" }
  | { readonly kind: "token_invalid" }
  | { readonly kind: "device_unknown" }
  | { readonly kind: "phone_revoked" }
  | { readonly kind: "origin_refused" }
  | { readonly kind: "registration_closed" }
  | { readonly kind: "not_found" }
  | { readonly kind: "method_not_allowed"; readonly allow: string }
  | { readonly kind: "token_used" }
  | { readonly kind: "token_hammered" }
  | { readonly kind: "too_large" }
  | { readonly kind: "upgrade_required" }
  | { readonly kind: "rate_limited" }
  | { readonly kind: "phones_full" }
  | { readonly kind: "internal" }
  | { readonly kind: "not_configured" };

/** What the outside is told: a status, a code for programs, a sentence for people, headers that go with it. */
export interface PublicError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Either a value or the reason why there is none. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

/** A failure on its way to the one place that answers it. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** Take the value out of an outcome, or refuse. */
export function orRefuse<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) {
    throw new Refusal(outcome.failure);
  }
  return outcome.value;
}

/** Say what the outside learns of a failure. Who has no valid secret never learns whether a device exists. */
export function publicError(failure: Failure): PublicError {
  const retryLater = { "retry-after": String(RETRY_AFTER_SECONDS) };
  switch (failure.kind) {
    case "bad_request":
      return { status: 400, code: "bad_request", message: failure.detail };
    case "secret_in_url":
      return {
        status: 400,
        code: "secret_in_url",
        message: "A secret does not belong in an address; send it in the Authorization header.",
      };
    case "bearer_missing":
    case "secret_wrong":
    case "token_invalid":
    case "device_unknown":
    case "phone_revoked":
      return {
        status: 401,
        code: "unauthorized",
        message: "The secret is missing, wrong or expired; pair or register again.",
        headers: { "www-authenticate": "Bearer" },
      };
    case "origin_refused":
      return {
        status: 403,
        code: "forbidden",
        message: "This origin may not use the relay; add it to ALLOWED_ORIGINS where the relay is deployed.",
      };
    case "registration_closed":
      return {
        status: 403,
        code: "registration_closed",
        message: "This relay registers devices with its registration secret or an invite only; ask its owner for one.",
      };
    case "not_found":
      return { status: 404, code: "not_found", message: "There is nothing at this address; the app is at /app/." };
    case "method_not_allowed":
      return {
        status: 405,
        code: "method_not_allowed",
        message: `This address answers ${failure.allow} only.`,
        headers: { allow: failure.allow },
      };
    case "token_used":
      return {
        status: 409,
        code: "token_used",
        message: "This pairing link was used already; make a new one with `loopsy mobile pair`.",
      };
    case "too_large":
      return { status: 413, code: "too_large", message: "The body is too large; at most 4,096 bytes are accepted." };
    case "upgrade_required":
      return {
        status: 426,
        code: "upgrade_required",
        message: "This address is a WebSocket; connect with an upgrade request.",
      };
    case "token_hammered":
    case "rate_limited":
      return { status: 429, code: "rate_limited", message: "Too many attempts; wait a minute.", headers: retryLater };
    case "phones_full":
      return {
        status: 429,
        code: "rate_limited",
        message: "This device has as many phones as it can have; remove one with `loopsy phone revoke`.",
        headers: retryLater,
      };
    case "internal":
      return { status: 500, code: "internal", message: "The relay made a mistake; try again in a moment." };
    case "not_configured":
      return {
        status: 503,
        code: "not_configured",
        message: "The relay lacks a secret; deploy it again with `loopsy-deploy-relay`.",
      };
  }
}

/** The close code that tells a browser of a failure whose status it could not read; null if HTTP tells it. */
export function closeCodeOf(failure: Failure): number | null {
  switch (failure.kind) {
    case "bearer_missing":
    case "secret_wrong":
    case "token_invalid":
    case "device_unknown":
      return CLOSE_UNKNOWN;
    case "phone_revoked":
      return CLOSE_REVOKED;
    case "rate_limited":
      return CLOSE_RATE_LIMITED;
    default:
      return null;
  }
}
