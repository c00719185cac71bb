/** Shows the screen of the app's state. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AppState } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Entrance } from "../entrance.ts";
import { LaterPart } from "../later_part.ts";
import { Later } from "./later.tsx";
import { MachinesScreen } from "./machines.tsx";
import { PairScreen } from "./pair.tsx";

const SETTINGS = new LaterPart(async () => (await import("./settings.tsx")).SettingsScreen);

interface RootProps {
  readonly entrance: Entrance;
  readonly appVersion: string;
  readonly update: AppUpdate;
}

export function Root({ entrance, appVersion, update }: RootProps): JSX.Element {
  const [state, setState] = useState(entrance.state);
  useEffect(() => {
    setState(entrance.state);
    return entrance.subscribe(() => setState(entrance.state));
  }, [entrance]);
  return (
    <>
      <Screen entrance={entrance} state={state} appVersion={appVersion} update={update} />
      <p class={`notice ${state.notice === null ? "" : "notice-shown"}`} role="status" data-testid="notice">
        {state.notice}
      </p>
    </>
  );
}

interface ScreenProps extends RootProps {
  readonly state: AppState;
}

function Screen({ entrance, state, appVersion, update }: ScreenProps): JSX.Element {
  const { route } = state;
  const back = (): void => entrance.back();
  if (!state.loaded) return <main class="screen" aria-busy="true" />;
  if (route.screen === "pair" && state.pairing !== null) {
    return <PairScreen pairings={entrance.pairings} pairing={state.pairing} />;
  }
  if (route.screen === "settings") {
    return (
      <Later of={entrance.machinePart} back={back}>
        {({ controller }) => (
          <Later of={SETTINGS} back={back}>
            {(SettingsScreen) => (
              <SettingsScreen controller={controller} state={state} appVersion={appVersion} />
            )}
          </Later>
        )}
      </Later>
    );
  }
  const machine =
    "deviceId" in route ? state.machines.find(({ deviceId }) => deviceId === route.deviceId) : undefined;
  if (machine === undefined || !("deviceId" in route)) {
    return <MachinesScreen entrance={entrance} state={state} update={update} />;
  }
  return (
    <Later of={entrance.machinePart} back={back}>
      {({ controller, Screens }) => (
        <Screens controller={controller} state={state} machine={machine} route={route} update={update} />
      )}
    </Later>
  );
}
