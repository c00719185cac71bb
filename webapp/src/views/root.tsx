/** Shows the screen of the app's state. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AppState } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Controller } from "../controller.ts";
import { MachineScreen } from "./machine.tsx";
import { MachinesScreen } from "./machines.tsx";
import { PairScreen } from "./pair.tsx";
import { SettingsScreen } from "./settings.tsx";
import { TerminalScreen } from "./terminal_screen.tsx";

interface RootProps {
  readonly controller: Controller;
  readonly appVersion: string;
  readonly update: AppUpdate;
}

export function Root({ controller, appVersion, update }: RootProps): JSX.Element {
  const [state, setState] = useState(controller.state);
  useEffect(() => {
    setState(controller.state);
    return controller.subscribe(() => setState(controller.state));
  }, [controller]);
  return (
    <>
      <Screen controller={controller} state={state} appVersion={appVersion} update={update} />
      <p class={`notice ${state.notice === null ? "" : "notice-shown"}`} role="status" data-testid="notice">
        {state.notice}
      </p>
    </>
  );
}

interface ScreenProps extends RootProps {
  readonly state: AppState;
}

function Screen({ controller, state, appVersion, update }: ScreenProps): JSX.Element {
  const { route } = state;
  if (!state.loaded) return <main class="screen" aria-busy="true" />;
  if (route.screen === "pair" && state.pairing !== null) {
    return <PairScreen controller={controller} pairing={state.pairing} />;
  }
  if (route.screen === "settings") {
    return <SettingsScreen controller={controller} state={state} appVersion={appVersion} />;
  }
  const machine =
    "deviceId" in route ? state.machines.find(({ deviceId }) => deviceId === route.deviceId) : undefined;
  if (machine === undefined) {
    return <MachinesScreen controller={controller} state={state} update={update} />;
  }
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
        settings={state.settings}
      />
    );
  }
  const opening = state.opening === machine.deviceId;
  return (
    <MachineScreen
      controller={controller}
      machine={machine}
      connection={connection}
      opening={opening}
      fontSizePixels={state.settings.fontSizePixels}
      update={update}
    />
  );
}
