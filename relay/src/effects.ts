/** What is to be done to the sockets of a device, as values that a decision returns and the object carries out. */

import { encodeControl, type RelayToDevice, type RelayToPhone } from "./wire/control.ts";

/** The device's socket: it counts the connections that it was told of. */
export type DeviceAttachment = { readonly role: "device"; readonly lastConn: number };

/** A phone's socket: its number with the present device socket (0 if never numbered) and its age among others. */
export type PhoneAttachment = {
  readonly role: "phone";
  readonly phoneId: string;
  readonly conn: number;
  readonly order: number;
};

/** A socket that was closed from here and may still deliver frames, which are dropped. */
export type EndedAttachment = { readonly role: "ended" };

/** What a socket remembers while the object sleeps. */
export type Attachment = DeviceAttachment | PhoneAttachment | EndedAttachment;

export type Effect<Socket> =
  | { readonly kind: "send"; readonly socket: Socket; readonly data: string | Uint8Array<ArrayBuffer> }
  | { readonly kind: "close"; readonly socket: Socket; readonly code: number; readonly reason: string }
  | { readonly kind: "attach"; readonly socket: Socket; readonly attachment: Attachment }
  | { readonly kind: "device_seen" }
  | { readonly kind: "phone_seen"; readonly phoneId: string }
  | { readonly kind: "confirm"; readonly phoneId: string };

/** Send a control message. */
export function tell<Socket>(socket: Socket, message: RelayToDevice | RelayToPhone): Effect<Socket> {
  return { kind: "send", socket, data: encodeControl(message) };
}

/** Close a socket; nothing that it still delivers counts. */
export function close<Socket>(socket: Socket, code: number, reason: string): Effect<Socket> {
  return { kind: "close", socket, code, reason };
}

/** Make a socket remember who it is. */
export function attach<Socket>(socket: Socket, attachment: Attachment): Effect<Socket> {
  return { kind: "attach", socket, attachment };
}
