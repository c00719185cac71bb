/** Shows the screen of the app's state. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { MachineScreen } from "./machine.tsx";
import { MachinesScreen } from "./machines.tsx";
import { PairScreen } from "./pair.tsx";
import { TerminalScreen } from "./terminal_screen.tsx";

export function Root({ controller }: { readonly controller: Controller }): JSX.Element {
  const [state, setState] = useState(controller.state);
  useEffect(() => {
    setState(controller.state);
    return controller.subscribe(() => setState(controller.state));
  }, [controller]);
  return (
    <>
      <Screen controller={controller} state={state} />
      <p class={`notice ${state.notice === null ? "" : "notice-shown"}`} role="status" data-testid="notice">
        {state.notice}
      </p>
    </>
  );
}

function Screen({ controller, state }: { controller: Controller; state: Controller["state"] }): JSX.Element {
  const { route } = state;
  if (!state.loaded) return <main class="screen" aria-busy="true" />;
  if (route.screen === "pair" && state.pairing !== null) {
    return <PairScreen controller={controller} pairing={state.pairing} />;
  }
  const machine =
    "deviceId" in route ? state.machines.find(({ deviceId }) => deviceId === route.deviceId) : undefined;
  if (machine === undefined) return <MachinesScreen controller={controller} state={state} />;
  const connection = state.connections[machine.deviceId];
  if (route.screen === "terminal") {
    return (
      <TerminalScreen
        key={`${route.deviceId}/${route.sessionId}`}
        controller={controller}
        machine={machine}
        connection={connection}
        sessionId={route.sessionId}
        attachment={state.attachment}
      />
    );
  }
  const opening = state.opening === machine.deviceId;
  return (
    <MachineScreen controller={controller} machine={machine} connection={connection} opening={opening} />
  );
}
