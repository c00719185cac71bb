/** Which frame goes where: the state of one device's sockets, and for every event the list of what is to be done. */

import { type Attachment, attach, close, type Effect, type PhoneAttachment, tell } from "./effects.ts";
import { CLOSE_PROTOCOL_ERROR, CLOSE_REPLACED, CLOSE_TOO_LARGE } from "./wire/close_codes.ts";
import { parseDeviceToRelay, utf8Bytes } from "./wire/control.ts";
import { CONN_BYTES, joinDeviceFrame, splitDeviceFrame } from "./wire/frames.ts";
import { MAX_CONNECTIONS_PER_PHONE, MAX_LINK_CONTROL_BYTES, MAX_LINK_PAYLOAD_BYTES } from "./wire/limits.ts";

/** The sender of a frame did wrong and is to be closed. */
interface Refused {
  readonly refuse: number;
  readonly reason: string;
}

const NOTHING: readonly never[] = [];

/** The sockets of one device. `Socket` is opaque: this class never touches one. */
export class Splice<Socket> {
  #device: { readonly socket: Socket; lastConn: number } | null = null;
  readonly #phones = new Map<Socket, PhoneAttachment>();
  readonly #socketsByConn = new Map<number, Socket>();

  /** Start, or go on after a sleep, with sockets and what they remember. */
  constructor(sockets: Iterable<readonly [Socket, Attachment]> = []) {
    const phones: (readonly [Socket, PhoneAttachment])[] = [];
    for (const [socket, attachment] of sockets) {
      if (attachment.role === "device") {
        this.#device = { socket, lastConn: attachment.lastConn };
      } else if (attachment.role === "phone") {
        phones.push([socket, attachment]);
      }
    }
    for (const [socket, phone] of phones.sort(([, left], [, right]) => left.order - right.order)) {
      this.#phones.set(socket, phone);
      this.#socketsByConn.set(phone.conn, socket);
    }
  }

  /** Whether a device socket is connected. */
  get hasDevice(): boolean {
    return this.#device !== null;
  }

  /** The phones that have at least one connection. */
  onlinePhones(): ReadonlySet<string> {
    return new Set([...this.#phones.values()].map((phone) => phone.phoneId));
  }

  /** A device socket connected: it replaces the former one, and every phone is numbered anew. */
  connectDevice(socket: Socket): readonly Effect<Socket>[] {
    const effects: Effect<Socket>[] = [];
    if (this.#device !== null) {
      effects.push(close(this.#device.socket, CLOSE_REPLACED, "replaced by a newer connection"));
    }
    this.#socketsByConn.clear();
    const device = { socket, lastConn: 0 };
    this.#device = device;
    const phones = [...this.#phones].map(([phoneSocket, phone]) => {
      device.lastConn += 1;
      const numbered = { ...phone, conn: device.lastConn };
      this.#phones.set(phoneSocket, numbered);
      this.#socketsByConn.set(numbered.conn, phoneSocket);
      effects.push(attach(phoneSocket, numbered));
      return { conn: numbered.conn, phone_id: numbered.phoneId };
    });
    effects.push(attach(socket, { role: "device", lastConn: device.lastConn }), { kind: "device_seen" });
    effects.push(tell(socket, { type: "phones", phones }));
    for (const phoneSocket of this.#phones.keys()) {
      effects.push(tell(phoneSocket, { type: "device.up" }));
    }
    return effects;
  }

  /** A phone connected; `deviceSeenAtSeconds` is when its device was there last, if it is not there now. */
  connectPhone(socket: Socket, phoneId: string, deviceSeenAtSeconds: number | null): readonly Effect<Socket>[] {
    const effects: Effect<Socket>[] = [];
    const own = [...this.#phones].filter(([, phone]) => phone.phoneId === phoneId);
    for (const [oldest] of own.slice(0, Math.max(0, own.length + 1 - MAX_CONNECTIONS_PER_PHONE))) {
      effects.push(...this.#closePhone(oldest, CLOSE_REPLACED, "replaced by a newer connection"));
    }
    const order = Math.max(0, ...[...this.#phones.values()].map((phone) => phone.order)) + 1;
    const device = this.#device;
    const conn = device === null ? 0 : device.lastConn + 1;
    const phone: PhoneAttachment = { role: "phone", phoneId, conn, order };
    this.#phones.set(socket, phone);
    effects.push(attach(socket, phone), { kind: "phone_seen", phoneId });
    if (device === null) {
      effects.push(tell(socket, { type: "device.down", since: deviceSeenAtSeconds }));
      return effects;
    }
    device.lastConn = conn;
    this.#socketsByConn.set(conn, socket);
    effects.push(attach(device.socket, { role: "device", lastConn: conn }));
    effects.push(
      tell(socket, { type: "device.up" }),
      tell(device.socket, { type: "phone.up", conn, phone_id: phoneId }),
    );
    return effects;
  }

  /** A frame arrived. */
  receive(socket: Socket, frame: string | ArrayBuffer, nowSeconds: number): readonly Effect<Socket>[] {
    const decided = this.#decide(socket, frame);
    return "refuse" in decided
      ? [close(socket, decided.refuse, decided.reason), ...this.end(socket, nowSeconds)]
      : decided;
  }

  /** A socket's connection ended, from whichever side. */
  end(socket: Socket, nowSeconds: number): readonly Effect<Socket>[] {
    if (this.#device?.socket === socket) {
      this.#device = null;
      this.#socketsByConn.clear();
      const phones = [...this.#phones.keys()];
      return [
        { kind: "device_seen" },
        ...phones.map((phone) => tell(phone, { type: "device.down" as const, since: nowSeconds })),
      ];
    }
    const phone = this.#phones.get(socket);
    if (phone === undefined) {
      return NOTHING;
    }
    this.#phones.delete(socket);
    const effects: Effect<Socket>[] = [{ kind: "phone_seen", phoneId: phone.phoneId }];
    if (this.#device !== null) {
      this.#socketsByConn.delete(phone.conn);
      effects.push(tell(this.#device.socket, { type: "phone.down", conn: phone.conn }));
    }
    return effects;
  }

  /** Close every connection of one phone, and no other. */
  closePhone(phoneId: string, code: number, reason: string): readonly Effect<Socket>[] {
    const own = [...this.#phones].filter(([, phone]) => phone.phoneId === phoneId);
    return own.flatMap(([socket]) => this.#closePhone(socket, code, reason));
  }

  /** Close everything. */
  closeAll(code: number, reason: string): readonly Effect<Socket>[] {
    const sockets = [...this.#phones.keys(), ...(this.#device === null ? [] : [this.#device.socket])];
    this.#device = null;
    this.#phones.clear();
    this.#socketsByConn.clear();
    return sockets.map((socket) => close(socket, code, reason));
  }

  #decide(socket: Socket, frame: string | ArrayBuffer): readonly Effect<Socket>[] | Refused {
    if (this.#device?.socket === socket) {
      return typeof frame === "string" ? this.#deviceControl(frame) : this.#devicePayload(frame);
    }
    const phone = this.#phones.get(socket);
    return phone === undefined ? NOTHING : this.#phoneFrame(phone, frame);
  }

  #devicePayload(bytes: ArrayBuffer): readonly Effect<Socket>[] | Refused {
    if (bytes.byteLength > MAX_LINK_PAYLOAD_BYTES + CONN_BYTES) {
      return { refuse: CLOSE_TOO_LARGE, reason: "frame too large" };
    }
    const frame = splitDeviceFrame(bytes);
    if (frame === null) {
      return { refuse: CLOSE_PROTOCOL_ERROR, reason: "frame without a connection" };
    }
    const phone = this.#socketsByConn.get(frame.conn);
    return phone === undefined ? NOTHING : [{ kind: "send", socket: phone, data: frame.payload }];
  }

  #deviceControl(text: string): readonly Effect<Socket>[] | Refused {
    const parsed = parseDeviceToRelay(text);
    if (!parsed.ok) {
      return parsed.error === "too_large"
        ? { refuse: CLOSE_TOO_LARGE, reason: "control message too large" }
        : { refuse: CLOSE_PROTOCOL_ERROR, reason: "malformed control message" };
    }
    if (parsed.message.type === "phone.confirm") {
      return [{ kind: "confirm", phoneId: parsed.message.phone_id }];
    }
    const phone = this.#socketsByConn.get(parsed.message.conn);
    return phone === undefined ? NOTHING : this.#closePhone(phone, parsed.message.code, parsed.message.reason);
  }

  #phoneFrame(phone: PhoneAttachment, frame: string | ArrayBuffer): readonly Effect<Socket>[] | Refused {
    if (typeof frame === "string") {
      return utf8Bytes(frame) > MAX_LINK_CONTROL_BYTES
        ? { refuse: CLOSE_TOO_LARGE, reason: "text too large" }
        : { refuse: CLOSE_PROTOCOL_ERROR, reason: "a phone sends no text" };
    }
    if (frame.byteLength > MAX_LINK_PAYLOAD_BYTES) {
      return { refuse: CLOSE_TOO_LARGE, reason: "frame too large" };
    }
    const device = this.#device;
    return device === null
      ? NOTHING
      : [{ kind: "send", socket: device.socket, data: joinDeviceFrame(phone.conn, frame) }];
  }

  #closePhone(socket: Socket, code: number, reason: string): readonly Effect<Socket>[] {
    // `since` is told by a device's end alone, so the time does not matter here.
    return [close(socket, code, reason), ...this.end(socket, 0)];
  }
}
