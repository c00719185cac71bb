/** Request bodies: read within their limit, then checked field by field. */

import { MAX_BODY_BYTES } from "./limits.ts";
import { type Failure, Refusal } from "./reasons.ts";
import {
  MAX_LABEL_CHARACTERS,
  PAIR_TTL_DEFAULT_SECONDS,
  PAIR_TTL_MAX_SECONDS,
  PAIR_TTL_MIN_SECONDS,
} from "./wire/limits.ts";

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Read a JSON object; an absent body is an empty one. A body beyond the limit is not read to its end. */
export async function readFields(request: Request): Promise<Fields> {
  const text = await readText(request);
  if (text === "") {
    return {};
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(badRequest("The body is not JSON."));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(badRequest("The body is not a JSON object."));
  }
  return value as Fields;
}

/** The life of a pair token in seconds. */
export function ttlSecondsOf(fields: Fields): number {
  const ttl = fields.ttl ?? PAIR_TTL_DEFAULT_SECONDS;
  if (typeof ttl !== "number" || !Number.isInteger(ttl) || ttl < PAIR_TTL_MIN_SECONDS || ttl > PAIR_TTL_MAX_SECONDS) {
    throw new Refusal(
      badRequest(`ttl is a whole number of seconds from ${PAIR_TTL_MIN_SECONDS} to ${PAIR_TTL_MAX_SECONDS}.`),
    );
  }
  return ttl;
}

/** A phone's label: a hint that ends up in lists, so nothing that could steer a terminal. */
export function labelOf(fields: Fields): string {
  const label = fields.label ?? "";
  if (typeof label !== "string" || [...label].length > MAX_LABEL_CHARACTERS || /\p{Cc}/u.test(label)) {
    throw new Refusal(
      badRequest(`label is text of at most ${MAX_LABEL_CHARACTERS} characters without control characters.`),
    );
  }
  return label;
}

function badRequest(detail: string): Failure {
  return { kind: "bad_request", detail };
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw new Refusal({ kind: "too_large" });
  }
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let readBytes = 0;
  for await (const chunk of request.body ?? []) {
    readBytes += chunk.byteLength;
    if (readBytes > MAX_BODY_BYTES) {
      throw new Refusal({ kind: "too_large" });
    }
    text += decodeUtf8(decoder, chunk);
  }
  return text + decodeUtf8(decoder);
}

function decodeUtf8(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new Refusal(badRequest("The body is not UTF-8."));
  }
}
