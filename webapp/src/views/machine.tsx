/** One machine: its sessions, and what lies over them. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ConnectionView, Sheet } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import { isOver } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import type { MachineNotes } from "../machine_notes.ts";
import type { Choices } from "../new_session.ts";
import { say } from "../strings.ts";
import { UpdateBanner } from "./banner.tsx";
import { Chip } from "./chip.tsx";
import { ConnectionBanner } from "./connection_banner.tsx";
import { Icon } from "./icons.tsx";
import { NewSessionSheet } from "./new_session.tsx";
import { SessionGroups } from "./session_groups.tsx";
import { SessionMenu } from "./session_menu.tsx";

const FRESH_LIST_SECONDS = 5;
/** A long list is asked for less often: at about 400 bytes a session, 2 KB/s at most. */
const SESSIONS_A_SECOND = 5;

interface MachineProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly choices: Choices;
  readonly notes: MachineNotes;
  /** The sessions that rang the bell and were not looked at. */
  readonly rang: ReadonlySet<string>;
  readonly sheet: Sheet | undefined;
  readonly opening: boolean;
  readonly fontSizePixels: number;
  readonly update: AppUpdate;
}

export function MachineScreen(props: MachineProps): JSX.Element {
  const { controller, machine, connection, notes, rang, sheet, update } = props;
  const { deviceId } = machine;
  const online = connection?.phase.name === "online";
  const over = isOver(connection?.phase);
  useFreshList(controller, deviceId, online, connection?.sessions?.length ?? 0);
  return (
    <main class="screen" data-testid="machine-screen">
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={say("machine.back")}
          data-testid="back"
          onClick={() => controller.back()}
        >
          <Icon name="back" />
        </button>
        <h1 class="bar-title">{machine.name}</h1>
        <Chip connection={connection} />
      </header>
      <UpdateBanner update={update} />
      <ConnectionBanner controller={controller} machine={machine} connection={connection} />
      <div class={`scroll ${online ? "" : "dimmed"}`}>
        {over ? null : <SessionGroups {...{ controller, machine, connection, notes, rang }} />}
      </div>
      {over ? null : (
        <footer class="foot">
          <button
            type="button"
            class="button button-wide"
            data-testid="new-session"
            disabled={!online}
            onClick={() => controller.go({ screen: "machine", deviceId, sheet: { kind: "new" } })}
          >
            <Icon name="plus" />
            {say("machine.new")}
          </button>
        </footer>
      )}
      {sheet === undefined || over ? null : <MachineSheet {...props} sheet={sheet} online={online} />}
    </main>
  );
}

interface MachineSheetProps extends MachineProps {
  readonly sheet: Sheet;
  readonly online: boolean;
}

function MachineSheet(props: MachineSheetProps): JSX.Element {
  const { sheet, connection } = props;
  const choices = { ...props.choices, agents: props.choices.agents ?? connection?.agents ?? null };
  if (sheet.kind === "session")
    return <SessionMenu key={sheet.sessionId} {...props} choices={choices} sessionId={sheet.sessionId} />;
  return <NewSessionSheet {...props} choices={choices} />;
}

/** Ask for the list again and again: not every output is pushed, and the cards show the last line of each. */
function useFreshList(controller: Controller, deviceId: string, online: boolean, count: number): void {
  const everySeconds = Math.max(FRESH_LIST_SECONDS, count / SESSIONS_A_SECOND);
  useEffect(() => {
    if (!online) return;
    const refresh = (): void => {
      if (document.visibilityState === "visible") controller.sessions.refresh(deviceId);
    };
    refresh();
    const timer = setInterval(refresh, everySeconds * 1_000);
    return () => clearInterval(timer);
  }, [controller, deviceId, online, everySeconds]);
}
