/** The numbers of the link layer that relay and app share, each with its unit in its name (`docs/protocol.md`). */

export const MAX_LINK_PAYLOAD_BYTES = 131_072;
export const MAX_LINK_CONTROL_BYTES = 4_096;
export const MAX_CLOSE_REASON_BYTES = 120;
export const MAX_CONNECTIONS_PER_PHONE = 8;
export const MAX_PAIRED_PHONES = 64;
export const MAX_PENDING_PHONES = 8;
export const PAIR_TTL_MIN_SECONDS = 30;
export const PAIR_TTL_DEFAULT_SECONDS = 300;
export const PAIR_TTL_MAX_SECONDS = 1_800;
export const PENDING_PHONE_SECONDS = 600;
export const MAX_LABEL_CHARACTERS = 64;
export const PING_INTERVAL_SECONDS = 25;
export const PINGS_MISSED_BEFORE_DROP = 2;
export const BACKOFF_BASE_SECONDS = 0.5;
export const BACKOFF_CAP_SECONDS = 30;
export const BACKOFF_RESET_AFTER_SECONDS = 10;
