/** The steps of pairing as the user sees them, and what each way of failing means. */
import {
  CLOSE_NO_PAIRING,
  CLOSE_RATE_LIMITED,
  CLOSE_REVOKED,
  CLOSE_UNKNOWN,
  CLOSE_WRONG_CODE,
} from "../../relay/src/wire/close_codes.ts";
import { MAX_PAIRING_FAILURES } from "./wire/limits.ts";

/** Why this link cannot pair any more. */
export type PairingEnd = "ended" | "expired" | "used" | "bad_link" | "refused";
/** Why it did not work this time. */
export type PairingTrouble = "wrong_code" | "no_connection" | "rate_limited" | "server";

export type PairingView =
  | { readonly step: "link" }
  | {
      readonly step: "code";
      readonly digits: number;
      readonly trouble: PairingTrouble | null;
      readonly triesLeft: number;
    }
  | { readonly step: "working"; readonly digits: number; readonly waitingForDevice: boolean }
  | { readonly step: "over"; readonly reason: PairingEnd };

/** Return the step in which the code is typed, at first or after it did not work. */
export function codeStep(digits: number, trouble: PairingTrouble | null = null, wrongCodes = 0): PairingView {
  return { step: "code", digits, trouble, triesLeft: triesLeft(wrongCodes) };
}

export type PairingFailure =
  | { readonly over: true; readonly reason: PairingEnd }
  | { readonly over: false; readonly trouble: PairingTrouble };

/** Return what the relay's answer to `POST /v1/pair` means. */
export function redeemFailure(status: number): PairingFailure {
  switch (status) {
    case 400:
    case 404:
    case 413:
      return { over: true, reason: "bad_link" };
    case 401:
      return { over: true, reason: "expired" };
    case 403:
      return { over: true, reason: "refused" };
    case 409:
      return { over: true, reason: "used" };
    case 429:
      return { over: false, trouble: "rate_limited" };
    default:
      return { over: false, trouble: "server" };
  }
}

/** Return what the end of the link means in the middle of pairing. */
export function linkFailure(code: number): PairingFailure {
  switch (code) {
    case CLOSE_WRONG_CODE:
      return { over: false, trouble: "wrong_code" };
    case CLOSE_NO_PAIRING:
    case CLOSE_REVOKED:
    case CLOSE_UNKNOWN:
      return { over: true, reason: "ended" };
    case CLOSE_RATE_LIMITED:
      return { over: false, trouble: "rate_limited" };
    default:
      return { over: false, trouble: "no_connection" };
  }
}

export function triesLeft(wrongCodes: number): number {
  return Math.max(0, MAX_PAIRING_FAILURES - wrongCodes);
}
