/** Numbers of layers 2 and 3, with their units in their names (docs/protocol.md); layer 1's are the relay's. */

// Layer 2: channel
export const HANDSHAKE_DEADLINE_SECONDS = 10;
export const MAX_NOISE_MESSAGE_BYTES = 65_535;
export const NOISE_TAG_BYTES = 16;
export const MAX_PLAINTEXT_BYTES = MAX_NOISE_MESSAGE_BYTES - NOISE_TAG_BYTES;
export const REKEY_INTERVAL_MESSAGES = 65_536;
export const MAX_PAIRING_FAILURES = 5;
export const CODE_DIGITS_MIN = 4;
export const CODE_DIGITS_MAX = 8;

// Layer 3: session
export const MAX_STREAM_DATA_BYTES = 65_000;
export const OUTPUT_WINDOW_BYTES = 262_144;
export const INPUT_WINDOW_BYTES = 65_536;
export const ACK_DELAY_SECONDS = 0.1;
export const TRANSFER_KEY_BYTES = 16;
export const MAX_BLOB_BYTES = 65_000;
export const BLOB_WINDOW_BYTES = 1_048_576;
export const LEAST_BLOB_WINDOW_BYTES = 16_384;
export const LEAST_BLOB_BYTES = 4_096;
export const BLOB_QUEUE_SECONDS = 0.03;
export const BLOB_MEASURE_SECONDS = 30;
export const MAX_OFFSET = Number.MAX_SAFE_INTEGER;
export const MIN_COLS = 2;
export const MIN_ROWS = 1;
export const MAX_COLS = 1_000;
export const MAX_ROWS = 1_000;
export const PING_INTERVAL_SECONDS = 2.5;
