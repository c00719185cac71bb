/** Layer 1: one WebSocket to the relay, from its opening to its end. */
import { PING, PONG, parseRelayToPhone } from "../../relay/src/wire/control.ts";
import { PING_INTERVAL_SECONDS, PINGS_MISSED_BEFORE_DROP } from "../../relay/src/wire/limits.ts";
import type { Bytes } from "./wire/bytes.ts";

/** The relay's first message says whether the device is there; a browser alone would wait for minutes. */
const OPENING_DEADLINE_SECONDS = 10;

/** A link that fell silent or could not be opened has no code from the relay. */
export const CODE_ABNORMAL = 1006;

export interface LinkEvents {
  deviceUp(): void;
  /** `since` is when the device went, in seconds; null if it was never there. */
  deviceDown(since: number | null): void;
  payload(frame: Bytes): void;
  /** Said once; nothing follows. */
  ended(code: number): void;
}

export interface LinkAddress {
  readonly relayOrigin: string;
  readonly deviceId: string;
  readonly phoneId: string;
  readonly phoneSecret: string;
}

export class Link {
  readonly #socket: WebSocket;
  readonly #events: LinkEvents;
  readonly #keepAlive: ReturnType<typeof setInterval>;
  #probe: ReturnType<typeof setTimeout> | undefined;
  #heardSinceTick = true;
  #missedPings = 0;
  #ended = false;

  constructor(address: LinkAddress, events: LinkEvents) {
    this.#events = events;
    const origin = address.relayOrigin.replace(/^http/, "ws");
    const url = `${origin}/v1/devices/${address.deviceId}/phones/${address.phoneId}/link`;
    // the secret travels as a subprotocol: a browser cannot set headers, and addresses end up in logs
    this.#socket = new WebSocket(url, ["loopsy.v1", `loopsy.bearer.${address.phoneSecret}`]);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = (event) => this.#received(event.data);
    this.#socket.onclose = (event) => this.#end(event.code);
    this.#expectWithin(OPENING_DEADLINE_SECONDS);
    this.#keepAlive = setInterval(() => this.#tick(), PING_INTERVAL_SECONDS * 1_000);
  }

  send(frame: Bytes): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  /** Demand a sign of life from the relay within the deadline, or end the link. */
  probe(deadlineSeconds: number): void {
    if (this.#ended || this.#probe !== undefined) return;
    this.#ping();
    this.#expectWithin(deadlineSeconds);
  }

  /** End the link now, without waiting for the other side: a dead network never answers a close. */
  drop(code: number): void {
    if (this.#ended) return;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close(code >= 4_000 ? code : 1_000);
    this.#end(code);
  }

  #expectWithin(deadlineSeconds: number): void {
    this.#probe = setTimeout(() => this.drop(CODE_ABNORMAL), deadlineSeconds * 1_000);
  }

  #received(data: unknown): void {
    this.#heardSinceTick = true;
    clearTimeout(this.#probe);
    this.#probe = undefined;
    if (data instanceof ArrayBuffer) {
      this.#events.payload(new Uint8Array(data));
    } else if (typeof data === "string" && data !== PONG) {
      this.#control(data);
    }
  }

  #control(text: string): void {
    const parsed = parseRelayToPhone(text);
    if (!parsed.ok) return; // a receiver of relay control ignores what it does not know
    if (parsed.message.type === "device.up") this.#events.deviceUp();
    else this.#events.deviceDown(parsed.message.since);
  }

  #tick(): void {
    if (this.#heardSinceTick) {
      this.#heardSinceTick = false;
      this.#missedPings = 0;
      return;
    }
    if (this.#missedPings >= PINGS_MISSED_BEFORE_DROP) {
      this.drop(CODE_ABNORMAL);
      return;
    }
    this.#missedPings += 1;
    this.#ping();
  }

  #ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(PING);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#keepAlive);
    clearTimeout(this.#probe);
    this.#events.ended(code);
  }
}
