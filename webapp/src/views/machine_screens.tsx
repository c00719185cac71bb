/** The screens of one machine: its sessions, one of them, or both side by side. */
import type { JSX } from "preact";
import { type AppState, notesOf, type Route } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Controller } from "../controller.ts";
import { LaterPart } from "../later_part.ts";
import type { Machine } from "../machine.ts";
import { NO_CHOICES } from "../new_session.ts";
import { rangUnseen } from "../session_list.ts";
import { terminalFont } from "../terminal_font.ts";
import { Later } from "./later.tsx";
import { MachineScreen } from "./machine.tsx";
import { useMedia } from "./media.ts";

/** As the style sheet has it: room for the list of sessions beside one of them. */
const WIDE = "(min-width: 1000px)";

/** With the font, which has to be there before a terminal measures it. */
const TERMINAL = new LaterPart(async () => {
  const [{ TerminalScreen }] = await Promise.all([import("./terminal_screen.tsx"), terminalFont.load()]);
  return TerminalScreen;
});

/** Have the terminal here ahead of the tap; its screen itself tells what failed. */
export function fetchTerminal(): void {
  TERMINAL.fetch().catch(() => undefined);
}

interface MachineScreensProps {
  readonly controller: Controller;
  readonly state: AppState;
  readonly machine: Machine;
  readonly route: Extract<Route, { deviceId: string }>;
  readonly update: AppUpdate;
}

export function MachineScreens(props: MachineScreensProps): JSX.Element {
  const { controller, state, machine, route, update } = props;
  const isWide = useMedia(WIDE);
  const connection = state.connections[machine.deviceId];
  const rang = rangUnseen(state, machine.deviceId);
  const list = (
    <MachineScreen
      controller={controller}
      machine={machine}
      connection={connection}
      choices={state.choices[machine.deviceId] ?? NO_CHOICES}
      notes={notesOf(state, machine.deviceId)}
      rang={rang}
      sheet={route.screen === "machine" ? route.sheet : undefined}
      opening={state.opening === machine.deviceId}
      fontSizePixels={state.settings.fontSizePixels}
      update={update}
    />
  );
  if (route.screen !== "terminal") return list;
  const terminal = (
    <Later key={`${route.deviceId}/${route.sessionId}`} of={TERMINAL} back={() => controller.back()}>
      {(TerminalScreen) => (
        <TerminalScreen
          controller={controller}
          machine={machine}
          connection={connection}
          sessionId={route.sessionId}
          othersRang={rang.size > 0}
          attachment={state.attachment}
          settings={state.settings}
        />
      )}
    </Later>
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
