/** What the user can do about pairings: begin one, end one. */
import type { AppModel } from "./app_model.ts";
import { ask } from "./asking.ts";
import type { ComposerControl } from "./composer_control.ts";
import type { Surroundings } from "./connection_ports.ts";
import { replaceRoute } from "./history_routes.ts";
import type { Machine } from "./machine.ts";
import type { MachineConnections } from "./machine_connections.ts";
import type { Navigation } from "./navigation.ts";
import { PairingAttempt } from "./pairing_attempt.ts";
import { revokeSelf } from "./self_revocation.ts";
import type { Store } from "./store.ts";
import { say } from "./strings.ts";
import { decodeFragment, type Offer } from "./wire/pairing.ts";

const GOODBYE_MILLISECONDS = 5_000;

export class PairingControl {
  readonly #model: AppModel;
  readonly #navigation: Navigation;
  readonly #store: Store;
  readonly #composer: ComposerControl;
  readonly #surroundings: Surroundings;
  readonly #connections: MachineConnections;
  #attempt: PairingAttempt | null = null;

  constructor(
    model: AppModel,
    navigation: Navigation,
    store: Store,
    composer: ComposerControl,
    surroundings: Surroundings,
    connections: MachineConnections,
  ) {
    this.#model = model;
    this.#navigation = navigation;
    this.#store = store;
    this.#composer = composer;
    this.#surroundings = surroundings;
    this.#connections = connections;
  }

  /** Show the first step of pairing, for a link that is pasted. */
  begin(): void {
    this.#attempt?.cancel();
    this.#model.dispatch({ type: "pairing", view: { step: "link" } });
    this.#navigation.go({ screen: "pair" });
  }

  /** Pair with the text behind `#` of a link. */
  pairWith(fragment: string): void {
    this.#attempt?.cancel();
    this.#navigation.show({ screen: "pair" });
    let offer: Offer;
    try {
      offer = decodeFragment(fragment);
    } catch {
      this.#model.dispatch({ type: "pairing", view: { step: "over", reason: "bad_link" } });
      return;
    }
    this.#attempt = new PairingAttempt(offer, this.#surroundings, {
      changed: (view) => this.#model.dispatch({ type: "pairing", view }),
      paired: (machine) => void this.#paired(machine),
    });
  }

  submitCode(code: string, label: string): void {
    void this.#attempt?.submit(code, label);
  }

  cancel(): void {
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#navigation.back();
    this.#model.dispatch({ type: "pairing", view: null });
  }

  /** End the pairing from this side: at the machine and at the relay, and here even if neither answers. */
  async unpair(machine: Machine): Promise<void> {
    const isTold = await this.#sayGoodbye(machine.deviceId);
    const isRevoked = await revokeSelf(this.#surroundings.relayOrigin, machine);
    await this.forget(machine.deviceId);
    const kept = isRevoked ? "settings.forgotten_untold" : "settings.forgotten_here";
    this.#model.notify(say(isTold ? "settings.forgotten" : kept, { machine: machine.name }));
  }

  /** Tell the machine that this phone goes; false if it did not hear of it. */
  async #sayGoodbye(deviceId: string): Promise<boolean> {
    const tooLate = new Promise<false>((resolve) => setTimeout(() => resolve(false), GOODBYE_MILLISECONDS));
    const told = ask(this.#connections.of(deviceId), { type: "forget" }).then(
      () => true,
      () => false,
    );
    return Promise.race([told, tooLate]);
  }

  /** Delete what is kept here about a machine. */
  async forget(deviceId: string): Promise<void> {
    this.#connections.close(deviceId);
    await this.#store.forget(deviceId);
    await this.#composer.forget(deviceId);
    this.#model.dispatch({ type: "machine_forgotten", deviceId });
    replaceRoute(this.#model.state.route);
  }

  async #paired(machine: Machine): Promise<void> {
    await this.#store.save(machine);
    this.#attempt = null;
    this.#model.dispatch({ type: "machine_saved", machine });
    this.#connections.connect(machine);
    const { deviceId } = machine;
    this.#navigation.replace({ screen: "machine", deviceId });
    this.#navigation.go({ screen: "machine", deviceId, sheet: { kind: "new" } });
    this.#model.dispatch({ type: "pairing", view: null });
  }
}
