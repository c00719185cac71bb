/** Where the app begins: what its first screens can do, while the part that talks with machines is on its way. */
import type { AppState, Route } from "./app.ts";
import { AppModel } from "./app_model.ts";
import type { Surroundings } from "./connection_ports.ts";
import { presentRoute } from "./history_routes.ts";
import { LaterPart } from "./later_part.ts";
import type { Machine } from "./machine.ts";
import type { MachinePart } from "./machine_part.ts";
import { Navigation } from "./navigation.ts";
import { PairingControl } from "./pairing_control.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";

export class Entrance {
  readonly store: Store;
  readonly surroundings: Surroundings;
  readonly model: AppModel;
  readonly navigation: Navigation;
  readonly pairings: PairingControl;
  readonly machinePart: LaterPart<MachinePart>;

  constructor(
    store: Store,
    surroundings: Surroundings,
    settings: Settings,
    load: (entrance: Entrance) => Promise<MachinePart>,
  ) {
    this.store = store;
    this.surroundings = surroundings;
    this.model = new AppModel(settings);
    this.navigation = new Navigation(this.model);
    this.machinePart = new LaterPart(() => load(this));
    this.pairings = new PairingControl(
      this.model,
      this.navigation,
      async () => (await this.machinePart.fetch()).controller,
    );
  }

  get state(): AppState {
    return this.model.state;
  }

  subscribe(listener: () => void): () => void {
    return this.model.subscribe(listener);
  }

  /** Show the screen that the browser's history is at, or pair; `fragment` is a pairing link's. */
  start(machines: readonly Machine[], fragment: string): void {
    this.model.dispatch({ type: "loaded", machines, route: presentRoute() });
    this.navigation.follow();
    if (fragment !== "") this.pairings.pairWith(fragment);
  }

  go(route: Route): void {
    this.navigation.go(route);
  }

  back(): void {
    this.navigation.back();
  }
}
