/** The Durable Object of one device: it carries out what registry, splice and alarm decide, and survives sleep. */

import { DurableObject } from "cloudflare:workers";
import { dueAt, nextDeadlineSeconds } from "./alarm.ts";
import { equalInConstantTime } from "./auth.ts";
import type { Attachment, Effect } from "./effects.ts";
import { SPENT_TOKEN_ANSWERS } from "./limits.ts";
import { readLinkRequest } from "./link_request.ts";
import type { Failure, Outcome } from "./reasons.ts";
import { Registry, type StoredDevice } from "./registry.ts";
import { linkResponse } from "./responses.ts";
import { type Env, pendingPhoneSecondsOf } from "./settings.ts";
import { Splice } from "./splice.ts";
import { CLOSE_REVOKED, CLOSE_UNKNOWN } from "./wire/close_codes.ts";
import { PING, PONG } from "./wire/control.ts";
import { MAX_PAIRED_PHONES, MAX_PENDING_PHONES } from "./wire/limits.ts";

/** A phone as its device sees it in the list. */
export interface ListedPhone {
  readonly phone_id: string;
  readonly label: string;
  readonly pending: boolean;
  readonly paired_at: number;
  readonly last_seen_at: number | null;
  readonly online: boolean;
}

/** What a redeemed pair token leaves behind. */
export interface Redemption {
  readonly nonce: Uint8Array;
  readonly expiresAtSeconds: number;
  readonly phoneId: string;
  readonly phoneDigest: Uint8Array;
  readonly label: string;
}

const DONE: Outcome<null> = { ok: true, value: null };

export class DeviceRelay extends DurableObject<Env> {
  readonly #registry: Registry;
  readonly #splice: Splice<WebSocket>;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#registry = new Registry(state.storage.sql);
    this.#splice = new Splice(
      state.getWebSockets().map((socket) => [socket, socket.deserializeAttachment() as Attachment] as const),
    );
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Register the device that this object is for. */
  async register(deviceDigest: Uint8Array): Promise<void> {
    this.#registry.createDevice(deviceDigest, now());
    await this.#scheduleAlarm();
  }

  /** Say whether a digest is that of the device's secret. */
  authorize(deviceDigest: Uint8Array): Outcome<null> {
    const device = this.#deviceWith(deviceDigest);
    return device.ok ? DONE : device;
  }

  /** Spend a pair token, which makes a pending phone. */
  async redeem(redemption: Redemption): Promise<Outcome<null>> {
    if (this.#registry.device() === null) {
      return refused({ kind: "device_unknown" });
    }
    const furtherAttempts = this.#registry.countSpentNonce(redemption.nonce);
    if (furtherAttempts > 0) {
      return refused({ kind: furtherAttempts > SPENT_TOKEN_ANSWERS ? "token_hammered" : "token_used" });
    }
    const phones = this.#registry.phones();
    const pending = phones.filter((phone) => phone.isPending).length;
    if (pending >= MAX_PENDING_PHONES || phones.length >= MAX_PAIRED_PHONES) {
      return refused({ kind: "phones_full" });
    }
    this.#registry.spendNonce(redemption.nonce, redemption.expiresAtSeconds);
    this.#registry.createPhone(redemption.phoneId, redemption.phoneDigest, redemption.label, now());
    await this.#scheduleAlarm();
    return DONE;
  }

  /** List the phones that may connect. */
  listPhones(deviceDigest: Uint8Array): Outcome<readonly ListedPhone[]> {
    const device = this.#deviceWith(deviceDigest);
    if (!device.ok) {
      return device;
    }
    const online = this.#splice.onlinePhones();
    const listed = this.#registry.phones().map((phone) => ({
      phone_id: phone.phoneId,
      label: phone.label,
      pending: phone.isPending,
      paired_at: phone.pairedAtSeconds,
      last_seen_at: phone.lastSeenAtSeconds,
      online: online.has(phone.phoneId),
    }));
    return { ok: true, value: listed };
  }

  /** Revoke a phone, as its device or as itself. */
  async revokePhone(phoneId: string, digest: Uint8Array): Promise<Outcome<null>> {
    const device = this.#deviceWith(digest);
    const phone = this.#registry.device() === null ? null : this.#registry.phone(phoneId);
    if (!device.ok && (phone === null || !equalInConstantTime(phone.secretDigest, digest))) {
      return device;
    }
    this.#registry.revokePhone(phoneId, now());
    this.#apply(this.#splice.closePhone(phoneId, CLOSE_REVOKED, "revoked"));
    await this.#scheduleAlarm();
    return DONE;
  }

  /** Replace the device's secret; sockets that are open stay. */
  rotate(deviceDigest: Uint8Array, newDigest: Uint8Array): Outcome<null> {
    const device = this.#deviceWith(deviceDigest);
    if (!device.ok) {
      return device;
    }
    this.#registry.replaceDeviceSecret(newDigest);
    return DONE;
  }

  /** Forget the device and all that belongs to it. */
  async deleteDevice(deviceDigest: Uint8Array): Promise<Outcome<null>> {
    const device = this.#deviceWith(deviceDigest);
    if (!device.ok) {
      return device;
    }
    await this.#forgetDevice();
    return DONE;
  }

  /** Accept a WebSocket of the device or of a phone; anything but 101 carries the failure as JSON. */
  override async fetch(request: Request): Promise<Response> {
    const { phoneId, digest } = readLinkRequest(request);
    const device = phoneId === null ? this.#deviceWith(digest) : this.#deviceOfPhone(phoneId, digest);
    if (!device.ok) {
      return Response.json(device.failure, { status: 403 });
    }
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    this.ctx.acceptWebSocket(server, [phoneId ?? "device"]);
    this.#apply(
      phoneId === null
        ? this.#splice.connectDevice(server)
        : this.#splice.connectPhone(server, phoneId, device.value.seenAtSeconds),
    );
    return linkResponse(client);
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.#apply(this.#splice.receive(socket, frame, now()));
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#apply(this.#splice.end(socket, now()));
    // The runtime leaves the answer to a close frame to us; 1005 and its like are never sent (RFC 6455 §7.4.1).
    socket.close(code >= 3000 || code === 1001 ? code : 1000);
  }

  override webSocketError(socket: WebSocket): void {
    this.#apply(this.#splice.end(socket, now()));
  }

  override async alarm(): Promise<void> {
    const device = this.#registry.device();
    if (device === null) {
      return;
    }
    const pendingPhoneSeconds = pendingPhoneSecondsOf(this.env);
    const due = dueAt(this.#registry.ageing(device, this.#splice.hasDevice), now(), pendingPhoneSeconds);
    if (due.forgetsDevice) {
      await this.#forgetDevice();
      return;
    }
    for (const phoneId of due.phoneIds) {
      this.#apply(this.#splice.closePhone(phoneId, CLOSE_UNKNOWN, "not confirmed in time"));
    }
    this.#registry.deleteDue(due);
    await this.#scheduleAlarm();
  }

  #deviceWith(digest: Uint8Array): Outcome<StoredDevice> {
    const device = this.#registry.device();
    if (device === null) {
      return refused({ kind: "device_unknown" });
    }
    return equalInConstantTime(device.secretDigest, digest)
      ? { ok: true, value: device }
      : refused({ kind: "secret_wrong" });
  }

  #deviceOfPhone(phoneId: string, digest: Uint8Array): Outcome<StoredDevice> {
    const device = this.#registry.device();
    if (device === null) {
      return refused({ kind: "device_unknown" });
    }
    const phone = this.#registry.phone(phoneId);
    if (phone === null || !equalInConstantTime(phone.secretDigest, digest)) {
      return refused({ kind: "secret_wrong" });
    }
    return phone.revokedAtSeconds === null ? { ok: true, value: device } : refused({ kind: "phone_revoked" });
  }

  #apply(effects: readonly Effect<WebSocket>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "send":
          // A peer that has just gone is reported by its close; what was meant for it is nobody's.
          if (effect.socket.readyState === WebSocket.OPEN) {
            effect.socket.send(effect.data);
          }
          break;
        case "close":
          effect.socket.serializeAttachment({ role: "ended" } satisfies Attachment);
          effect.socket.close(effect.code, effect.reason);
          break;
        case "attach":
          effect.socket.serializeAttachment(effect.attachment);
          break;
        case "device_seen":
          this.#registry.markDeviceSeen(now());
          break;
        case "phone_seen":
          this.#registry.markPhoneSeen(effect.phoneId, now());
          break;
        case "confirm":
          this.#registry.confirmPhone(effect.phoneId, now());
          break;
      }
    }
  }

  async #forgetDevice(): Promise<void> {
    this.#apply(this.#splice.closeAll(CLOSE_UNKNOWN, "the device was deleted"));
    this.#registry.forget();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  async #scheduleAlarm(): Promise<void> {
    const device = this.#registry.device();
    if (device === null) {
      return;
    }
    const ageing = this.#registry.ageing(device, this.#splice.hasDevice);
    const deadline = nextDeadlineSeconds(ageing, now(), pendingPhoneSecondsOf(this.env)) * 1000;
    const scheduled = await this.ctx.storage.getAlarm();
    // An alarm that rings early decides anew, so only an earlier deadline is worth a write.
    if (scheduled === null || deadline < scheduled) {
      await this.ctx.storage.setAlarm(deadline);
    }
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function refused(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}
