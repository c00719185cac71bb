/** One session in the list of its machine. */
import type { JSX } from "preact";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { glyphOf } from "../new_session.ts";
import { activityText, endText, sessionName, starterText } from "../session_list.ts";
import { say } from "../strings.ts";
import type { SessionInfo } from "../wire/messages.ts";
import { Icon } from "./icons.tsx";
import { useNow } from "./now.ts";

interface SessionCardProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly session: SessionInfo;
  readonly unread: boolean;
}

export function SessionCard({ controller, machine, session, ...props }: SessionCardProps): JSX.Element {
  const now = useNow(5);
  const { route } = controller.state;
  /** On wide screens the list is beside the session that is looked at. */
  const isShown = route.screen === "terminal" && route.sessionId === session.id;
  const unread = props.unread && !isShown;
  const { deviceId } = machine;
  const { id: sessionId, alive, name, title } = session;
  const starter = starterText(session);
  const menu = (): void =>
    controller.go({ screen: "machine", deviceId, sheet: { kind: "session", sessionId } });
  return (
    <li class="card-row">
      <button
        type="button"
        class={`card ${alive ? "" : "card-ended"}`}
        data-testid="session-card"
        data-session={sessionId}
        data-unread={unread}
        aria-current={isShown ? "page" : undefined}
        onClick={() => controller.go({ screen: "terminal", deviceId, sessionId })}
        onContextMenu={(event) => {
          event.preventDefault();
          menu();
        }}
      >
        <span class="card-glyph">
          <Icon name={glyphOf(session.agent)} />
          {unread ? <span class="card-unread" role="img" aria-label={say("session.unread")} /> : null}
        </span>
        <span class="card-body">
          <span class="card-line">
            <span class="card-title">
              <bdi>{sessionName(session)}</bdi>
              {name && title ? <bdi class="card-subtitle">{title}</bdi> : null}
              {starter === null ? null : <bdi class="card-subtitle">{starter}</bdi>}
            </span>
            <span class="card-age">{alive ? activityText(session, now) : endText(session)}</span>
          </span>
          <bdi class="card-preview">{session.preview || session.cwd}</bdi>
        </span>
      </button>
      <button
        type="button"
        class="button-icon card-menu"
        aria-label={say("session.menu", { session: sessionName(session) })}
        data-testid="session-menu"
        onClick={menu}
      >
        <Icon name="more" size={20} />
      </button>
    </li>
  );
}
