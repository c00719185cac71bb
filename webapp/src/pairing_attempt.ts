/** Pairing with one link: redeems its token once, then tries codes until one opens the channel. */
import { CLOSE_NO_PAIRING } from "../../relay/src/wire/close_codes.ts";
import { type Credentials, linkAddress, type Machine, startHandshake } from "./machine.ts";
import {
  codeStep,
  linkFailure,
  type PairingFailure,
  type PairingView,
  redeemFailure,
} from "./pairing_view.ts";
import { SecureLink } from "./secure_link.ts";
import type { Bytes } from "./wire/bytes.ts";
import { PROTOCOL_VERSION } from "./wire/channel.ts";
import { decodeMessage, encodeControl } from "./wire/frames.ts";
import { decodeDaemonMessage, encodeMessage } from "./wire/message_codec.ts";
import type { Welcome } from "./wire/messages.ts";
import { generateKeyPair } from "./wire/noise.ts";
import { type Offer, pairingPsk } from "./wire/pairing.ts";

export interface PairingEvents {
  changed(view: PairingView): void;
  paired(machine: Machine): void;
}

export interface PairingSurroundings {
  readonly relayOrigin: string;
  readonly client: Bytes;
  readonly app: string;
}

export class PairingAttempt {
  readonly #offer: Offer;
  readonly #surroundings: PairingSurroundings;
  readonly #events: PairingEvents;
  #credentials: Credentials | null = null;
  #link: SecureLink | null = null;
  #wrongCodes = 0;
  /** The code was right and the daemon may have kept this phone, although its welcome did not arrive. */
  #mayBePaired = false;
  #cancelled = false;

  constructor(offer: Offer, surroundings: PairingSurroundings, events: PairingEvents) {
    this.#offer = offer;
    this.#surroundings = surroundings;
    this.#events = events;
  }

  /** Try a code. `label` is how this phone is called on the machine. */
  async submit(code: string, label: string): Promise<void> {
    this.#work(false);
    try {
      this.#credentials ??= await this.#redeem(label);
    } catch (failure) {
      this.#fail(
        failure instanceof RedeemError ? failure.failure : { over: false, trouble: "no_connection" },
      );
      return;
    }
    if (this.#cancelled) return;
    await this.#connect(this.#credentials, label, await pairingPsk(this.#offer.secret, code));
  }

  cancel(): void {
    this.#cancelled = true;
    this.#link?.drop(1_000);
  }

  async #redeem(label: string): Promise<Credentials> {
    const staticKeys = await generateKeyPair();
    const response = await fetch(`${this.#surroundings.relayOrigin}/v1/pair`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#offer.token}`, "content-type": "application/json" },
      body: JSON.stringify({ label }),
    });
    if (!response.ok) throw new RedeemError(redeemFailure(response.status));
    const { device_id, phone_id, phone_secret } = (await response.json()) as Record<string, unknown>;
    if (
      device_id !== this.#offer.deviceId ||
      typeof phone_id !== "string" ||
      typeof phone_secret !== "string"
    ) {
      throw new RedeemError({ over: false, trouble: "server" });
    }
    const { deviceId, deviceKey } = this.#offer;
    return { deviceId, deviceKey, phoneId: phone_id, phoneSecret: phone_secret, staticKeys };
  }

  async #connect(credentials: Credentials, label: string, psk?: Bytes): Promise<void> {
    if (this.#cancelled) return;
    const { relayOrigin, client, app } = this.#surroundings;
    const link = new SecureLink(
      linkAddress(relayOrigin, credentials),
      () => {
        this.#work(false);
        return startHandshake(credentials, label, psk);
      },
      {
        established: () => {
          // the first message that decrypts is what makes the daemon keep this phone
          const hello = { type: "hello", versions: [PROTOCOL_VERSION], client, kind: "web", app } as const;
          link.send(encodeControl(encodeMessage(hello)));
          this.#mayBePaired = psk !== undefined;
        },
        deviceDown: () => this.#work(true),
        message: (plaintext) => this.#received(plaintext, credentials, label),
        ended: (closeCode) => {
          this.#link = null;
          if (closeCode === CLOSE_NO_PAIRING && this.#mayBePaired) {
            this.#mayBePaired = false;
            void this.#connect(credentials, label); // as a paired phone: if it is none, the daemon says so
          } else {
            this.#fail(linkFailure(closeCode));
          }
        },
      },
    );
    this.#link = link;
  }

  #received(plaintext: Bytes, credentials: Credentials, label: string): void {
    const welcome = welcomeIn(plaintext);
    if (welcome === null || this.#cancelled) return;
    this.#cancelled = true; // nothing of this attempt counts any more
    this.#link?.drop(1_000);
    const nowSeconds = Date.now() / 1_000;
    const { name } = welcome.daemon;
    this.#events.paired({ ...credentials, name, label, pairedAt: nowSeconds, lastSeenAt: nowSeconds });
  }

  #fail(failure: PairingFailure): void {
    if (this.#cancelled) return;
    if (failure.over) {
      this.#events.changed({ step: "over", reason: failure.reason });
      return;
    }
    if (failure.trouble === "wrong_code") this.#wrongCodes += 1;
    this.#events.changed(codeStep(this.#offer.digits, failure.trouble, this.#wrongCodes));
  }

  #work(waitingForDevice: boolean): void {
    if (this.#cancelled) return;
    this.#events.changed({ step: "working", digits: this.#offer.digits, waitingForDevice });
  }
}

class RedeemError extends Error {
  readonly failure: PairingFailure;

  constructor(failure: PairingFailure) {
    super("the relay did not redeem the token");
    this.failure = failure;
  }
}

function welcomeIn(plaintext: Bytes): Welcome | null {
  try {
    const message = decodeMessage(plaintext);
    const control = message.kind === "control" ? decodeDaemonMessage(message.body) : null;
    return control?.type === "welcome" ? control : null;
  } catch {
    return null;
  }
}
