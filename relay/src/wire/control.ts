/** The relay's control messages on the link: JSON text frames with a `type`. */

import { parsePhoneId } from "./identifiers.ts";
import { MAX_CLOSE_REASON_BYTES, MAX_LINK_CONTROL_BYTES } from "./limits.ts";

export const PING = "ping";
export const PONG = "pong";

/** One phone's connection as the device knows it. */
export interface Connection {
  readonly conn: number;
  readonly phone_id: string;
}

export type DeviceToRelay =
  | { readonly type: "phone.close"; readonly conn: number; readonly code: number; readonly reason: string }
  | { readonly type: "phone.confirm"; readonly phone_id: string };

export type RelayToDevice =
  | { readonly type: "phones"; readonly phones: readonly Connection[] }
  | { readonly type: "phone.up"; readonly conn: number; readonly phone_id: string }
  | { readonly type: "phone.down"; readonly conn: number };

export type RelayToPhone =
  | { readonly type: "device.up" }
  | { readonly type: "device.down"; readonly since: number | null };

/** What can be wrong with a control message. */
export type ControlError = "too_large" | "malformed" | "unknown_type";

export type Parsed<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly error: ControlError };

/** Write a control message. */
export function encodeControl(message: DeviceToRelay | RelayToDevice | RelayToPhone): string {
  return JSON.stringify(message);
}

/** Read what a device tells the relay. */
export function parseDeviceToRelay(text: string): Parsed<DeviceToRelay> {
  const fields = parseObject(text);
  if (typeof fields === "string") {
    return wrong(fields);
  }
  const { type, conn, code, reason, phone_id } = fields;
  switch (type) {
    case "phone.close":
      return isConn(conn) && isCloseCode(code) && isReason(reason)
        ? { ok: true, message: { type, conn, code, reason } }
        : wrong("malformed");
    case "phone.confirm":
      return typeof phone_id === "string" && parsePhoneId(phone_id) !== null
        ? { ok: true, message: { type, phone_id } }
        : wrong("malformed");
    default:
      return wrong("unknown_type");
  }
}

/** Read what the relay tells a phone; a phone ignores `unknown_type`. */
export function parseRelayToPhone(text: string): Parsed<RelayToPhone> {
  const fields = parseObject(text);
  if (typeof fields === "string") {
    return wrong(fields);
  }
  const { type, since } = fields;
  switch (type) {
    case "device.up":
      return { ok: true, message: { type } };
    case "device.down":
      return since === null || (typeof since === "number" && since >= 0)
        ? { ok: true, message: { type, since } }
        : wrong("malformed");
    default:
      return wrong("unknown_type");
  }
}

/** Count the bytes of `text` in UTF-8, which is how frames are measured. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function wrong(error: ControlError): { readonly ok: false; readonly error: ControlError } {
  return { ok: false, error };
}

function parseObject(text: string): Record<string, unknown> | "too_large" | "malformed" {
  if (utf8Bytes(text) > MAX_LINK_CONTROL_BYTES) {
    return "too_large";
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "malformed";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "malformed";
  }
  const fields = value as Record<string, unknown>;
  return typeof fields.type === "string" ? fields : "malformed";
}

function isConn(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff;
}

function isCloseCode(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && (value === 1000 || (value >= 4000 && value <= 4999));
}

function isReason(value: unknown): value is string {
  return typeof value === "string" && utf8Bytes(value) <= MAX_CLOSE_REASON_BYTES;
}
