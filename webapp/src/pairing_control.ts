/** What the user does to pair: begins, with a link or before there is one, types the code, goes away. */
import type { AppModel } from "./app_model.ts";
import type { Machine } from "./machine.ts";
import type { Navigation } from "./navigation.ts";
import type { PairingAttempt, PairingEvents } from "./pairing_attempt.ts";
import { codeStep, type PairingView } from "./pairing_view.ts";
import { decodeFragment, type Offer } from "./wire/pairing.ts";

type PairingNavigation = Pick<Navigation, "go" | "show" | "replace" | "back">;
type Attempt = Pick<PairingAttempt, "submit" | "cancel">;

/** What pairing needs of the part that talks with machines, from the code's last digit on. */
export interface MachineMaker {
  attempt(offer: Offer, events: PairingEvents): Attempt;
  /** Keep a machine that was just paired, and connect with it. */
  welcome(machine: Machine): Promise<void>;
}

export class PairingControl {
  readonly #model: AppModel;
  readonly #navigation: PairingNavigation;
  readonly #fetchMaker: () => Promise<MachineMaker>;
  #offer: Offer | null = null;
  #attempt: Attempt | null = null;

  constructor(model: AppModel, navigation: PairingNavigation, fetchMaker: () => Promise<MachineMaker>) {
    this.#model = model;
    this.#navigation = navigation;
    this.#fetchMaker = fetchMaker;
  }

  /** Show the first step of pairing, for a link that is pasted. */
  begin(): void {
    this.#leave();
    this.#show({ step: "link" });
    this.#navigation.go({ screen: "pair" });
  }

  /** Pair with the text behind `#` of a link. */
  pairWith(fragment: string): void {
    this.#leave();
    this.#navigation.show({ screen: "pair" });
    try {
      this.#offer = decodeFragment(fragment);
    } catch {
      this.#show({ step: "over", reason: "bad_link" });
      return;
    }
    this.#show(codeStep(this.#offer.digits));
  }

  /** Try a code; `label` is how this phone is called on the machine. */
  async submitCode(code: string, label: string): Promise<void> {
    const offer = this.#offer;
    if (offer === null) return;
    this.#attempt ??= await this.#newAttempt(offer);
    if (this.#offer === offer) await this.#attempt?.submit(code, label);
  }

  cancel(): void {
    this.#leave();
    this.#navigation.back();
    this.#show(null);
  }

  #leave(): void {
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#offer = null;
  }

  #show(view: PairingView | null): void {
    this.#model.dispatch({ type: "pairing", view });
  }

  /** Null if it cannot be made, or if the user has left meanwhile. */
  async #newAttempt(offer: Offer): Promise<Attempt | null> {
    const { digits } = offer;
    this.#show({ step: "working", digits, waitingForDevice: false });
    try {
      const maker = await this.#fetchMaker();
      if (this.#offer !== offer) return null;
      return maker.attempt(offer, {
        changed: (view) => this.#show(view),
        paired: (machine) => void this.#paired(machine, maker),
      });
    } catch {
      if (this.#offer === offer) this.#show(codeStep(digits, "no_connection"));
      return null;
    }
  }

  async #paired(machine: Machine, maker: MachineMaker): Promise<void> {
    await maker.welcome(machine);
    this.#attempt = null;
    this.#offer = null;
    const { deviceId } = machine;
    this.#navigation.replace({ screen: "machine", deviceId });
    this.#navigation.go({ screen: "machine", deviceId, sheet: { kind: "new" } });
    this.#show(null);
  }
}
