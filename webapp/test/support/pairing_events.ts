/** Listens to a pairing and keeps what it said last. */
import type { Machine } from "../../src/machine.ts";
import type { PairingEvents } from "../../src/pairing_attempt.ts";
import type { PairingView } from "../../src/pairing_view.ts";
import { Watch } from "./watch.ts";

export class HeardPairing implements PairingEvents {
  readonly watch = new Watch();
  view: PairingView | null = null;
  machine: Machine | null = null;

  changed(view: PairingView): void {
    this.view = view;
    this.watch.changed();
  }

  paired(machine: Machine): void {
    this.machine = machine;
    this.watch.changed();
  }
}
