/** A link to the daemon that served this page: a WebSocket with layer 3 on it, since it never leaves the machine. */
import { CODE_ABNORMAL } from "../link.ts";
import type { SecureLinkEvents } from "../secure_link.ts";
import type { Bytes } from "../wire/bytes.ts";

const OPENING_DEADLINE_SECONDS = 10;

export class LoopbackLink {
  readonly #socket: WebSocket;
  readonly #events: SecureLinkEvents;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(origin: string, key: string, events: SecureLinkEvents) {
    this.#events = events;
    // the key travels as a subprotocol: a browser cannot set headers, and addresses end up in logs
    this.#socket = new WebSocket(`${origin.replace(/^http/, "ws")}/v1/link`, [
      "loopsy.v1",
      `loopsy.bearer.${key}`,
    ]);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => {
      this.#heard();
      events.established();
    };
    this.#socket.onmessage = ({ data }) => {
      this.#heard();
      if (data instanceof ArrayBuffer) events.message(new Uint8Array(data));
    };
    this.#socket.onclose = ({ code }) => this.#end(code);
    this.probe(OPENING_DEADLINE_SECONDS);
  }

  send(message: Bytes): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  /** End the link unless something is heard in time; who probes has sent a ping, which the daemon answers. */
  probe(deadlineSeconds: number): void {
    if (this.#ended || this.#deadline !== undefined) return;
    this.#deadline = setTimeout(() => this.drop(CODE_ABNORMAL), deadlineSeconds * 1_000);
  }

  drop(code: number): void {
    if (this.#ended) return;
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close(code >= 4_000 ? code : 1_000);
    this.#end(code);
  }

  #heard(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#heard();
    this.#events.ended(code);
  }
}
