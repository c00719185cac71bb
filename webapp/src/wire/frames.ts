/** Binary framing of layers 2 and 3: channel tags and message kinds. */
import { type Bytes, concatenate, copyOf, getUint64, setUint64, viewOf } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { MAX_OFFSET, MAX_PLAINTEXT_BYTES } from "./limits.ts";

export const TAG_TRANSPORT = 0x00;
export const SUITE_PAIRED = 0x01;
export const SUITE_PAIRING = 0x02;
export type Suite = typeof SUITE_PAIRED | typeof SUITE_PAIRING;

const KIND_CONTROL = 0;
const KIND_OUTPUT = 1;
const KIND_INPUT = 2;
const KIND_BLOB = 3;
const KIND_SNAPSHOT = 4;
export const STREAM_HEADER_BYTES = 13;

export interface ControlFrame {
  readonly kind: "control";
  readonly body: Bytes;
}

/** Output and input count from the stream's beginning, a snapshot from its own. */
export interface StreamFrame {
  readonly kind: "output" | "input" | "snapshot";
  readonly stream: number;
  readonly offset: number;
  readonly data: Bytes;
}

/** Bytes of a file: `data` begins at `offset` of it. */
export interface BlobFrame {
  readonly kind: "blob";
  readonly transfer: number;
  readonly offset: number;
  readonly data: Bytes;
}

export type Message = ControlFrame | StreamFrame | BlobFrame;

export function encodeControl(body: Uint8Array): Bytes {
  return concatenate(new Uint8Array([KIND_CONTROL]), body);
}

export function encodeInput(stream: number, offset: number, data: Uint8Array): Bytes {
  return encodeStream(KIND_INPUT, stream, offset, data);
}

export function encodeOutput(stream: number, offset: number, data: Uint8Array): Bytes {
  return encodeStream(KIND_OUTPUT, stream, offset, data);
}

export function encodeBlob(transfer: number, offset: number, data: Uint8Array): Bytes {
  return encodeStream(KIND_BLOB, transfer, offset, data);
}

export function encodeSnapshot(stream: number, position: number, data: Uint8Array): Bytes {
  return encodeStream(KIND_SNAPSHOT, stream, position, data);
}

/** Return a layer 3 message; WireError for an unknown kind and for a short, empty or oversized one. */
export function decodeMessage(message: Uint8Array): Message {
  if (message.length === 0 || message.length > MAX_PLAINTEXT_BYTES) {
    throw malformed(`a message has 1 to ${MAX_PLAINTEXT_BYTES} bytes, not ${message.length}`);
  }
  const kind = message[0];
  if (kind === KIND_CONTROL) return { kind: "control", body: copyOf(message.subarray(1)) };
  const name = streamKind(kind);
  if (message.length <= STREAM_HEADER_BYTES) throw malformed("a stream message carries at least one byte");
  const view = viewOf(message);
  const offset = getUint64(view, 5);
  const data = copyOf(message.subarray(STREAM_HEADER_BYTES));
  if (offset + data.length > MAX_OFFSET) throw malformed("an offset stays below 2^53");
  const number = view.getUint32(1);
  return name === "blob"
    ? { kind: name, transfer: number, offset, data }
    : { kind: name, stream: number, offset, data };
}

function streamKind(kind: number | undefined): StreamFrame["kind"] | "blob" {
  switch (kind) {
    case KIND_OUTPUT:
      return "output";
    case KIND_INPUT:
      return "input";
    case KIND_BLOB:
      return "blob";
    case KIND_SNAPSHOT:
      return "snapshot";
    default:
      throw malformed(`unknown message kind ${kind}`);
  }
}

function encodeStream(kind: number, stream: number, offset: number, data: Uint8Array): Bytes {
  const message = new Uint8Array(STREAM_HEADER_BYTES + data.length);
  const view = viewOf(message);
  view.setUint8(0, kind);
  view.setUint32(1, stream);
  setUint64(view, 5, offset);
  message.set(data, STREAM_HEADER_BYTES);
  return message;
}
