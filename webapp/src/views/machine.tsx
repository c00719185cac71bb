/** One machine: its sessions, and a new shell. */
import type { JSX } from "preact";
import type { ConnectionView } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import { isOver } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { activityText, endText, listed, sessionName } from "../session_list.ts";
import { say } from "../strings.ts";
import { expectedTerminalSize } from "../terminal_room.ts";
import type { SessionInfo } from "../wire/messages.ts";
import { ConnectionBanner, UpdateBanner } from "./banner.tsx";
import { Chip } from "./chip.tsx";
import { Icon } from "./icons.tsx";
import { useNow } from "./now.ts";

interface MachineProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly opening: boolean;
  readonly fontSizePixels: number;
  readonly update: AppUpdate;
}

export function MachineScreen(props: MachineProps): JSX.Element {
  const { controller, machine, connection, opening, fontSizePixels, update } = props;
  const online = connection?.phase.name === "online";
  const over = isOver(connection?.phase);
  const open = (): void =>
    controller.openSession(machine.deviceId, "shell", expectedTerminalSize(fontSizePixels));
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
        {over ? null : <SessionList controller={controller} machine={machine} connection={connection} />}
      </div>
      {over ? null : (
        <footer class="foot">
          <button
            type="button"
            class="button button-wide"
            data-testid="new-shell"
            disabled={!online || opening}
            onClick={open}
          >
            <Icon name="plus" />
            {say(opening ? "machine.opening" : "machine.new_shell")}
          </button>
        </footer>
      )}
    </main>
  );
}

type ListProps = Pick<MachineProps, "controller" | "machine" | "connection">;

function SessionList({ controller, machine, connection }: ListProps): JSX.Element | null {
  const now = useNow(5);
  const sessions = connection?.sessions ?? null;
  if (sessions === null) return connection?.phase.name === "ended" ? null : <Skeleton />;
  if (sessions.length === 0) {
    if (connection?.phase.name !== "online") return null; // what runs there now is not known
    return (
      <section class="empty" data-testid="sessions-empty">
        <span class="empty-icon">
          <Icon name="terminal" size={40} />
        </span>
        <h2>{say("machine.empty")}</h2>
        <p>{say("machine.empty.how", { machine: machine.name })}</p>
        <code class="command">loopsy shell</code>
      </section>
    );
  }
  const { running, ended } = listed(sessions, now);
  return (
    <>
      <Group title={say("machine.running")} sessions={running} controller={controller} machine={machine} />
      <Group title={say("machine.ended")} sessions={ended} controller={controller} machine={machine} />
    </>
  );
}

interface GroupProps {
  readonly title: string;
  readonly sessions: readonly SessionInfo[];
  readonly controller: Controller;
  readonly machine: Machine;
}

function Group({ title, sessions, controller, machine }: GroupProps): JSX.Element | null {
  const now = useNow(5);
  if (sessions.length === 0) return null;
  return (
    <section>
      <h2 class="group-title">{title}</h2>
      <ul class="cards">
        {sessions.map((session) => (
          <li key={session.id} class="card-row">
            <button
              type="button"
              class={`card ${session.alive ? "" : "card-ended"}`}
              data-testid="session-card"
              data-session={session.id}
              onClick={() =>
                controller.go({ screen: "terminal", deviceId: machine.deviceId, sessionId: session.id })
              }
            >
              <span class="card-glyph">
                <Icon name="terminal" />
              </span>
              <span class="card-body">
                <span class="card-line">
                  <span class="card-title">
                    {sessionName(session)}
                    {session.name && session.title ? (
                      <span class="card-subtitle">{session.title}</span>
                    ) : null}
                  </span>
                  <span class="card-age">
                    {session.alive ? activityText(session, now) : endText(session)}
                  </span>
                </span>
                <span class="card-preview">{session.preview || session.cwd}</span>
              </span>
            </button>
            {session.alive ? null : (
              <button
                type="button"
                class="button-icon card-dismiss"
                aria-label={say("machine.dismiss", { session: sessionName(session) })}
                data-testid="session-dismiss"
                onClick={() => controller.dismissSession(machine.deviceId, session.id)}
              >
                <Icon name="close" size={18} />
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Skeleton(): JSX.Element {
  return (
    <ul class="cards" aria-label={say("machine.loading")} data-testid="skeleton">
      {[0, 1, 2].map((index) => (
        <li key={index} class="card skeleton">
          <span class="skeleton-block skeleton-glyph" />
          <span class="card-body">
            <span class="skeleton-block skeleton-title" />
            <span class="skeleton-block skeleton-line" />
          </span>
        </li>
      ))}
    </ul>
  );
}
