/** What time takes away: which stored rows are due at an instant, and when to look again. */

import { REVOKED_PHONE_SECONDS, UNSEEN_DEVICE_SECONDS } from "./limits.ts";

/** What is stored, as far as time matters to it; all times in seconds since 1970. */
export interface Ageing {
  readonly deviceSeenAtSeconds: number;
  readonly isDeviceOnline: boolean;
  readonly phones: readonly AgeingPhone[];
  readonly nonces: readonly { readonly nonceId: number; readonly expiresAtSeconds: number }[];
}

/** A phone that is pending, or revoked, or neither and then does not age. */
export interface AgeingPhone {
  readonly phoneId: string;
  readonly pairedAtSeconds: number;
  readonly isPending: boolean;
  readonly revokedAtSeconds: number | null;
}

/** What is due now; a device that is forgotten takes everything with it. */
export interface Due {
  readonly forgetsDevice: boolean;
  readonly phoneIds: readonly string[];
  readonly nonceIds: readonly number[];
}

/** Decide what is due at `nowSeconds`. */
export function dueAt(ageing: Ageing, nowSeconds: number, pendingPhoneSeconds: number): Due {
  return {
    forgetsDevice: deviceDeadline(ageing, nowSeconds) <= nowSeconds,
    phoneIds: ageing.phones
      .filter((phone) => phoneDeadline(phone, pendingPhoneSeconds) <= nowSeconds)
      .map((phone) => phone.phoneId),
    nonceIds: ageing.nonces.filter((nonce) => nonce.expiresAtSeconds <= nowSeconds).map((nonce) => nonce.nonceId),
  };
}

/** The next instant at which something is due. */
export function nextDeadlineSeconds(ageing: Ageing, nowSeconds: number, pendingPhoneSeconds: number): number {
  return Math.min(
    deviceDeadline(ageing, nowSeconds),
    ...ageing.phones.map((phone) => phoneDeadline(phone, pendingPhoneSeconds)),
    ...ageing.nonces.map((nonce) => nonce.expiresAtSeconds),
  );
}

function deviceDeadline(ageing: Ageing, nowSeconds: number): number {
  // Nothing is written while a device stays connected, so one that is here counts as seen now.
  return (ageing.isDeviceOnline ? nowSeconds : ageing.deviceSeenAtSeconds) + UNSEEN_DEVICE_SECONDS;
}

function phoneDeadline(phone: AgeingPhone, pendingPhoneSeconds: number): number {
  if (phone.revokedAtSeconds !== null) {
    return phone.revokedAtSeconds + REVOKED_PHONE_SECONDS;
  }
  return phone.isPending ? phone.pairedAtSeconds + pendingPhoneSeconds : Number.POSITIVE_INFINITY;
}
