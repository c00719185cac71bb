/** The WebSocket close codes of the link, with what a client does about each (`docs/protocol.md`). */

export const CLOSE_NORMAL = 1000;
export const CLOSE_TOO_LARGE = 1009;
export const CLOSE_REPLACED = 4001;
export const CLOSE_REVOKED = 4003;
export const CLOSE_UNKNOWN = 4004;
export const CLOSE_WRONG_CODE = 4005;
export const CLOSE_NO_PAIRING = 4006;
export const CLOSE_TOO_SLOW = 4008;
export const CLOSE_PROTOCOL_ERROR = 4010;
export const CLOSE_RATE_LIMITED = 4029;

/** How long a rate-limited client stays away. */
export const RATE_LIMITED_RETRY_SECONDS = 60;

/**
 * What to do after a close: `back_off` connects again by itself, `wait` does so after a minute,
 * `new_code` waits for the user to type another code, `stop` never tries again.
 */
export type AfterClose = "back_off" | "wait" | "new_code" | "stop";

/** Say what a client does after its socket was closed with `code`. */
export function afterClose(code: number): AfterClose {
  switch (code) {
    case CLOSE_REPLACED:
    case CLOSE_REVOKED:
    case CLOSE_UNKNOWN:
    case CLOSE_NO_PAIRING:
    case CLOSE_PROTOCOL_ERROR:
      return "stop";
    case CLOSE_WRONG_CODE:
      return "new_code";
    case CLOSE_RATE_LIMITED:
      return "wait";
    default:
      return "back_off";
  }
}
