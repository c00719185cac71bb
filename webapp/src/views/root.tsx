/** Shows the screen of the app's state. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type AppState, notesOf } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Controller } from "../controller.ts";
import { NO_CHOICES } from "../new_session.ts";
import { terminalFont } from "../terminal_font.ts";
import { Later, LaterScreen } from "./later.tsx";
import { MachineScreen } from "./machine.tsx";
import { MachinesScreen } from "./machines.tsx";
import { useMedia } from "./media.ts";
import { PairScreen } from "./pair.tsx";

/** As the style sheet has it: room for the list of sessions beside one of them. */
const WIDE = "(min-width: 1000px)";

const SETTINGS = new LaterScreen(async () => (await import("./settings.tsx")).SettingsScreen);
/** With the font, which has to be there before a terminal measures it. */
const TERMINAL = new LaterScreen(async () => {
  const [{ TerminalScreen }] = await Promise.all([import("./terminal_screen.tsx"), terminalFont.load()]);
  return TerminalScreen;
});

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
  const isWide = useMedia(WIDE);
  const isPaired = state.machines.length > 0 || state.pairing !== null;
  useEffect(() => {
    if (isPaired) TERMINAL.fetch().catch(() => undefined); // ahead of the tap; the screen itself tells what failed
  }, [isPaired]);
  const back = (): void => controller.back();
  if (!state.loaded) return <main class="screen" aria-busy="true" />;
  if (route.screen === "pair" && state.pairing !== null) {
    return <PairScreen controller={controller} pairing={state.pairing} />;
  }
  if (route.screen === "settings") {
    return <Later of={SETTINGS} properties={{ controller, state, appVersion }} back={back} />;
  }
  const machine =
    "deviceId" in route ? state.machines.find(({ deviceId }) => deviceId === route.deviceId) : undefined;
  if (machine === undefined) {
    return <MachinesScreen controller={controller} state={state} update={update} />;
  }
  const connection = state.connections[machine.deviceId];
  const opening = state.opening === machine.deviceId;
  const list = (
    <MachineScreen
      controller={controller}
      machine={machine}
      connection={connection}
      choices={state.choices[machine.deviceId] ?? NO_CHOICES}
      notes={notesOf(state, machine.deviceId)}
      sheet={route.screen === "machine" ? route.sheet : undefined}
      opening={opening}
      fontSizePixels={state.settings.fontSizePixels}
      update={update}
    />
  );
  if (route.screen !== "terminal") return list;
  const terminal = (
    <Later
      key={`${route.deviceId}/${route.sessionId}`}
      of={TERMINAL}
      properties={{
        controller,
        machine,
        connection,
        sessionId: route.sessionId,
        attachment: state.attachment,
        settings: state.settings,
      }}
      back={back}
    />
  );
  return isWide ? (
    <div class="beside">
      {list}
      {terminal}
    </div>
  ) : (
    terminal
  );
}
