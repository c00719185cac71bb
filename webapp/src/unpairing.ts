/** Ends pairings from this side: at the machine and at the relay, and here even if neither answers. */
import type { AppModel } from "./app_model.ts";
import { ask } from "./asking.ts";
import type { ComposerControl } from "./composer_control.ts";
import { replaceRoute } from "./history_routes.ts";
import type { Machine } from "./machine.ts";
import type { MachineConnections } from "./machine_connections.ts";
import { revokeSelf } from "./self_revocation.ts";
import type { Store } from "./store.ts";
import { say } from "./strings.ts";

const GOODBYE_MILLISECONDS = 5_000;

export class Unpairing {
  readonly #model: AppModel;
  readonly #store: Store;
  readonly #composer: ComposerControl;
  readonly #relayOrigin: string;
  readonly #connections: MachineConnections;

  constructor(
    model: AppModel,
    store: Store,
    composer: ComposerControl,
    relayOrigin: string,
    connections: MachineConnections,
  ) {
    this.#model = model;
    this.#store = store;
    this.#composer = composer;
    this.#relayOrigin = relayOrigin;
    this.#connections = connections;
  }

  /** End the pairing wherever it is known, and say where that did not work. */
  async unpair(machine: Machine): Promise<void> {
    const isTold = await this.#sayGoodbye(machine.deviceId);
    const isRevoked = await revokeSelf(this.#relayOrigin, machine);
    await this.forget(machine.deviceId);
    const kept = isRevoked ? "settings.forgotten_untold" : "settings.forgotten_here";
    this.#model.notify(say(isTold ? "settings.forgotten" : kept, { machine: machine.name }));
  }

  /** Delete what is kept here about a machine. */
  async forget(deviceId: string): Promise<void> {
    this.#connections.close(deviceId);
    await this.#store.forget(deviceId);
    await this.#composer.forget(deviceId);
    this.#model.dispatch({ type: "machine_forgotten", deviceId });
    replaceRoute(this.#model.state.route);
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
}
