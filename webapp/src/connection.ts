/** The connection with one machine: it comes back by itself, carries requests, and tells the truth about itself. */
import {
  afterClose,
  CLOSE_PROTOCOL_ERROR,
  RATE_LIMITED_RETRY_SECONDS,
} from "../../relay/src/wire/close_codes.ts";
import type {
  ConnectionEvents,
  MessageLink,
  StreamListener,
  Surroundings,
  TransferListener,
} from "./connection_ports.ts";
import { type Answers, endReason, type Phase } from "./connection_state.ts";
import { CODE_ABNORMAL } from "./link.ts";
import { linkAddress, type Machine, startHandshake } from "./machine.ts";
import { type ReplyHandler, Requests } from "./requests.ts";
import { SecureLink, type SecureLinkEvents } from "./secure_link.ts";
import { Silence } from "./silence.ts";
import { Backoff } from "./wire/backoff.ts";
import type { Bytes } from "./wire/bytes.ts";
import { PROTOCOL_VERSION } from "./wire/channel.ts";
import { decodeMessage, encodeBlob, encodeControl, encodeInput } from "./wire/frames.ts";
import { PING_INTERVAL_SECONDS } from "./wire/limits.ts";
import { decodeDaemonMessage, encodeMessage } from "./wire/message_codec.ts";
import type { ClientMessage, DaemonMessage, Notice, Request, SessionInfo, Welcome } from "./wire/messages.ts";

const RETURN_PROBE_SECONDS = 1.5;
const SILENCE_PROBE_SECONDS = 5;
const WELCOME_DEADLINE_SECONDS = 10;

export class MachineConnection {
  phase: Phase = { name: "connecting", again: false };
  answers: Answers = { lastAnswerSeconds: null, roundTripMilliseconds: null };
  sessions: readonly SessionInfo[] | null = null;
  welcome: Welcome | null = null;
  readonly #machine: Machine;
  readonly #surroundings: Surroundings;
  readonly #events: ConnectionEvents;
  #backoff = new Backoff(Math.random);
  readonly #requests = new Requests();
  readonly #streams = new Map<number, StreamListener>();
  readonly #transfers = new Map<number, TransferListener>();
  #link: MessageLink | null = null;
  /** Hello was said on this channel: what is asked now is answered after the welcome, a round trip earlier. */
  takesRequests = false;
  /** Somebody looks at the app right now: a link that turns out to be dead is replaced at once. */
  #urgent = false;
  #startedSeconds = 0;
  readonly #silence = new Silence();
  #welcomeDeadline: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;

  constructor(machine: Machine, surroundings: Surroundings, events: ConnectionEvents) {
    this.#machine = machine;
    this.#surroundings = surroundings;
    this.#events = events;
  }

  /** Connect now; a wait that is under way ends, and a connection that ended for good is tried afresh. */
  connect(): void {
    if (this.#link) return;
    clearTimeout(this.#retry);
    if (!this.#surroundings.isOnline()) {
      this.#enter({ name: "phone_offline" });
      return;
    }
    this.#startedSeconds = nowSeconds();
    this.#enter({ name: "connecting", again: this.phase.name === "waiting" });
    this.#link = this.#openLink({
      established: () => this.#sendHello(),
      deviceDown: (since) => {
        this.#channelLost();
        this.#enter({ name: "device_offline", since });
      },
      message: (message) => this.#received(message),
      ended: (code) => this.#ended(code),
    });
    this.#pings ??= setInterval(() => this.#ping(), PING_INTERVAL_SECONDS * 1_000);
  }

  /** The app is on screen again, or the network is back: find out at once what still lives. */
  wake(): void {
    if (this.phase.name === "ended" || this.phase.name === "rate_limited") return;
    this.#backoff = new Backoff(Math.random);
    if (!this.#link) {
      this.connect();
      return;
    }
    this.#urgent = true;
    this.#silence.broken(); // none was sent while the app was hidden
    this.#link.probe(RETURN_PROBE_SECONDS);
    this.#ping();
  }

  /** The phone has no network. */
  networkLost(): void {
    if (this.phase.name === "ended") return;
    this.#link?.drop(CODE_ABNORMAL);
    clearTimeout(this.#retry);
    this.#enter({ name: "phone_offline" });
  }

  close(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#pings);
    const link = this.#link;
    this.#link = null;
    link?.drop(1_000);
    this.#channelLost();
  }

  /** Send a request; the handler hears of the reply before any later message is looked at. */
  request(request: Request, handler: ReplyHandler): void {
    if (!this.takesRequests) {
      handler.failed({ code: "not_connected", message: "There is no connection at the moment.", hint: null });
      return;
    }
    this.#send({ ...request, id: this.#requests.add(handler) });
  }

  notify(notice: Notice): void {
    this.#send(notice);
  }

  sendInput(stream: number, offset: number, data: Bytes): void {
    this.#link?.send(encodeInput(stream, offset, data));
  }

  sendBlob(transfer: number, offset: number, data: Bytes): void {
    this.#link?.send(encodeBlob(transfer, offset, data));
  }

  /** Tell `listener` of a transfer; null ends that. */
  followTransfer(transfer: number, listener: TransferListener | null): void {
    if (listener === null) this.#transfers.delete(transfer);
    else this.#transfers.set(transfer, listener);
  }

  listen(stream: number, listener: StreamListener): void {
    this.#streams.set(stream, listener);
  }

  stopListening(stream: number): void {
    this.#streams.delete(stream);
  }

  /** Give up the present link, since what came over it breaks the protocol. */
  reject(): void {
    this.#link?.drop(CLOSE_PROTOCOL_ERROR);
  }

  #openLink(events: SecureLinkEvents): MessageLink {
    const machine = this.#machine;
    const { openLink, relayOrigin } = this.#surroundings;
    return (
      openLink?.(events) ??
      new SecureLink(linkAddress(relayOrigin, machine), () => startHandshake(machine, machine.label), events)
    );
  }

  #sendHello(): void {
    const { client, app } = this.#surroundings;
    this.#channelLost();
    this.#welcomeDeadline = setTimeout(
      () => this.#link?.drop(CODE_ABNORMAL),
      WELCOME_DEADLINE_SECONDS * 1_000,
    );
    this.#send({ type: "hello", versions: [PROTOCOL_VERSION], client, kind: "web", app });
    this.takesRequests = true;
    this.#events.greeted();
  }

  #send(message: ClientMessage): void {
    this.#link?.send(encodeControl(encodeMessage(message)));
  }

  #received(plaintext: Bytes): void {
    try {
      const message = decodeMessage(plaintext);
      if (message.kind === "blob") {
        this.#transfers.get(message.transfer)?.blob(message);
        return;
      }
      if (message.kind !== "control") {
        this.#streams.get(message.stream)?.frame(message);
        return;
      }
      const control = decodeDaemonMessage(message.body);
      if (control !== null) this.#control(control);
    } catch (error) {
      console.warn("the daemon broke the protocol:", error);
      this.reject();
    }
  }

  #control(message: DaemonMessage): void {
    switch (message.type) {
      case "welcome":
        clearTimeout(this.#welcomeDeadline);
        this.welcome = message;
        this.sessions = message.sessions;
        this.answers = { lastAnswerSeconds: nowSeconds(), roundTripMilliseconds: null };
        this.#enter({ name: "online" });
        this.#events.welcomed(message);
        this.#ping();
        return;
      case "sessions":
        this.sessions = message.sessions;
        this.#requests.settle(message);
        this.#events.changed();
        return;
      case "commands":
        this.#requests.settle(message);
        this.#events.commandsChanged(message.commands);
        return;
      case "snapshot":
      case "input_ack":
      case "resized":
      case "exit":
        this.#streams.get(message.stream)?.message(message);
        return;
      case "transfer.ack":
      case "transfer.failed":
      case "download.finished":
        this.#transfers.get(message.transfer)?.message(message);
        return;
      default:
        this.#requests.settle(message);
    }
  }

  #ping(): void {
    if (this.phase.name !== "online" || !this.#surroundings.isVisible()) return;
    const verdict = this.#silence.asked(nowSeconds());
    if (verdict === "give_up") {
      this.#link?.drop(CODE_ABNORMAL);
      return;
    }
    if (verdict === "probe") this.#link?.probe(SILENCE_PROBE_SECONDS);
    const sent = performance.now();
    this.request(
      { type: "ping" },
      {
        replied: () => {
          this.#silence.broken();
          this.#urgent = false;
          this.answers = { lastAnswerSeconds: nowSeconds(), roundTripMilliseconds: performance.now() - sent };
          this.#events.changed();
        },
        failed: () => undefined,
      },
    );
  }

  #ended(code: number): void {
    if (!this.#link) return;
    const urgent = this.#urgent;
    this.#urgent = false;
    this.#link = null;
    this.#channelLost();
    this.#backoff.connectionEnded(nowSeconds() - this.#startedSeconds);
    const next = afterClose(code);
    if (next === "stop" || next === "new_code") {
      this.#enter({ name: "ended", reason: endReason(code) });
    } else if (!this.#surroundings.isOnline()) {
      this.#enter({ name: "phone_offline" });
    } else if (urgent && next === "back_off") {
      this.connect();
    } else {
      const limited = next === "wait";
      const delay = limited ? RATE_LIMITED_RETRY_SECONDS : this.#backoff.nextDelaySeconds();
      this.#enter({ name: limited ? "rate_limited" : "waiting", retryAtSeconds: nowSeconds() + delay });
      this.#retry = setTimeout(() => this.connect(), delay * 1_000);
    }
  }

  #channelLost(): void {
    clearTimeout(this.#welcomeDeadline);
    this.takesRequests = false;
    this.#streams.clear();
    this.#transfers.clear();
    this.#silence.broken();
    this.#requests.failAll({ code: "connection_lost", message: "The connection was lost.", hint: null });
    this.answers = { lastAnswerSeconds: null, roundTripMilliseconds: null };
    this.#events.lost();
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#events.changed();
  }
}

function nowSeconds(): number {
  return Date.now() / 1_000;
}
