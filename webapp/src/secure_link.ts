/** A link with a channel on it: a handshake whenever the device is there, then messages in order. */
import { CLOSE_PROTOCOL_ERROR } from "../../relay/src/wire/close_codes.ts";
import { CODE_ABNORMAL, Link, type LinkAddress } from "./link.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Initiator, Transport } from "./wire/channel.ts";
import { WireError } from "./wire/errors.ts";
import { TAG_TRANSPORT } from "./wire/frames.ts";
import { HANDSHAKE_DEADLINE_SECONDS } from "./wire/limits.ts";

export interface SecureLinkEvents {
  /** A new channel is up: whatever belonged to a former one is over. */
  established(): void;
  deviceDown(since: number | null): void;
  message(message: Bytes): void;
  ended(code: number): void;
}

/** The state of the present handshake or channel; a later `device.up` replaces it as a whole. */
interface Era {
  initiator: Initiator | null;
  transport: Transport | null;
  deadline: ReturnType<typeof setTimeout> | undefined;
}

export class SecureLink {
  readonly #link: Link;
  readonly #events: SecureLinkEvents;
  readonly #newInitiator: () => Promise<Initiator>;
  #era: Era | null = null;
  #inbox: Promise<void> = Promise.resolve();

  constructor(address: LinkAddress, newInitiator: () => Promise<Initiator>, events: SecureLinkEvents) {
    this.#events = events;
    this.#newInitiator = newInitiator;
    this.#link = new Link(address, {
      deviceUp: () => void this.#begin(),
      deviceDown: (since) => {
        this.#forgetEra();
        events.deviceDown(since);
      },
      payload: (frame) => {
        // in order: a handshake's answer is read to its end before the frame behind it
        this.#inbox = this.#inbox.then(() => this.#receive(frame));
      },
      ended: (code) => {
        this.#forgetEra();
        events.ended(code);
      },
    });
  }

  /** Send a message if a channel is up; without one it is dropped, as the daemon would have to do. */
  send(message: Bytes): void {
    const era = this.#era;
    if (!era?.transport) return;
    void era.transport.seal(message).then((frame) => {
      if (this.#era === era) this.#link.send(frame);
    });
  }

  probe(deadlineSeconds: number): void {
    this.#link.probe(deadlineSeconds);
  }

  drop(code: number): void {
    this.#link.drop(code);
  }

  async #begin(): Promise<void> {
    this.#forgetEra();
    const deadline = setTimeout(() => this.#link.drop(CODE_ABNORMAL), HANDSHAKE_DEADLINE_SECONDS * 1_000);
    const era: Era = { initiator: null, transport: null, deadline };
    this.#era = era;
    const initiator = await this.#newInitiator();
    if (this.#era !== era) return;
    era.initiator = initiator;
    this.#link.send(initiator.firstFrame);
  }

  async #receive(frame: Bytes): Promise<void> {
    const era = this.#era;
    if (!era) return;
    if (frame[0] === TAG_TRANSPORT) {
      if (era.transport) this.#open(era, era.transport, frame);
    } else if (era.initiator && !era.transport) {
      await this.#finish(era, era.initiator, frame);
    }
  }

  /** Docs, "Order at a reconnect": an answer that does not verify may be a former channel's, so it is dropped. */
  async #finish(era: Era, initiator: Initiator, frame: Bytes): Promise<void> {
    try {
      const transport = await initiator.finish(frame);
      if (this.#era !== era) return;
      era.transport = transport;
      clearTimeout(era.deadline);
      this.#events.established();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (error.reason === "violation" && this.#era === era) this.#link.drop(CLOSE_PROTOCOL_ERROR);
    }
  }

  #open(era: Era, transport: Transport, frame: Bytes): void {
    transport.open(frame).then(
      (message) => {
        if (this.#era === era) this.#events.message(message);
      },
      () => {
        if (this.#era === era) this.#link.drop(CLOSE_PROTOCOL_ERROR);
      },
    );
  }

  #forgetEra(): void {
    clearTimeout(this.#era?.deadline);
    this.#era = null;
  }
}
