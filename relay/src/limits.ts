/** The numbers of the relay alone, each with its unit in its name; what app and relay share is in `wire/limits.ts`. */

export const MAX_BODY_BYTES = 4_096;
export const MIN_CONFIGURED_SECRET_CHARACTERS = 32;
export const TOKEN_NONCE_BYTES = 12;
export const TOKEN_TAG_BYTES = 16;

/** Further attempts with a spent nonce that are still told so; the next one is told to slow down. */
export const SPENT_TOKEN_ANSWERS = 4;

export const RETRY_AFTER_SECONDS = 60;
export const REVOKED_PHONE_SECONDS = 90 * 86_400;
export const UNSEEN_DEVICE_SECONDS = 365 * 86_400;
