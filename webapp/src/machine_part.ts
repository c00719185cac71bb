/** The part that talks with machines, their screens included: one piece of code, fetched after the first screen. */
import { ComposerStore } from "./composer_store.ts";
import { Controller } from "./controller.ts";
import type { Entrance } from "./entrance.ts";
import { learn } from "./strings.ts";
import { LATER_WORDS } from "./strings_later.ts";
import { RelayBanner } from "./views/connection_banner.tsx";
import { fetchTerminal, MachineScreens } from "./views/machine_screens.tsx";

export interface MachinePart {
  readonly controller: Controller;
  readonly Screens: typeof MachineScreens;
  readonly Banner: typeof RelayBanner;
}

/** Put the part together and connect with the machines that the entrance knows. */
export async function assemble(entrance: Entrance): Promise<MachinePart> {
  learn(LATER_WORDS);
  const controller = new Controller(entrance, await ComposerStore.open());
  await controller.start();
  fetchTerminalAhead(entrance);
  return { controller, Screens: MachineScreens, Banner: RelayBanner };
}

/** Have the terminal here before anybody taps on a session, once there is a machine or soon will be one. */
function fetchTerminalAhead(entrance: Entrance): void {
  const consider = (): void => {
    const { machines, pairing } = entrance.state;
    if (machines.length === 0 && pairing === null) return;
    stop();
    fetchTerminal();
  };
  const stop = entrance.subscribe(consider);
  consider();
}
