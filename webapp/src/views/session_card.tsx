/** One session in the list of its machine. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { glyphOf } from "../new_session.ts";
import { sessionName, starterText } from "../session_list.ts";
import { say } from "../strings.ts";
import type { SessionInfo } from "../wire/messages.ts";
import { Icon } from "./icons.tsx";

interface SessionCardProps {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly session: SessionInfo;
  /** How long ago it was active, or how it ended. */
  readonly age: string;
  /** Whether it is on the screen beside the list. */
  readonly isShown: boolean;
  readonly unread: boolean;
  readonly rang: boolean;
}

/** A card is drawn anew only if something on it changed: the app's state changes with every round trip. */
export function SessionCard(props: SessionCardProps): JSX.Element {
  const { controller, deviceId, session, age, isShown, unread, rang } = props;
  return useMemo(
    () => <Card {...{ controller, deviceId, session, age, isShown, unread, rang }} />,
    [controller, deviceId, session, age, isShown, unread, rang],
  );
}

function Card(props: SessionCardProps): JSX.Element {
  const { controller, deviceId, session, age, isShown, unread, rang } = props;
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
        data-rang={rang}
        aria-current={isShown ? "page" : undefined}
        onClick={() => controller.go({ screen: "terminal", deviceId, sessionId })}
        onContextMenu={(event) => {
          event.preventDefault();
          menu();
        }}
      >
        <span class="card-glyph">
          <Icon name={glyphOf(session.agent)} />
          <Mark unread={unread} rang={rang} />
        </span>
        <span class="card-body">
          <span class="card-line">
            <span class="card-title">
              <bdi>{sessionName(session)}</bdi>
              {name && title ? <bdi class="card-subtitle">{title}</bdi> : null}
              {starter === null ? null : <bdi class="card-subtitle">{starter}</bdi>}
            </span>
            <span class="card-age">{age}</span>
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

/** A bell that nobody has looked after goes before output that nobody has looked at. */
function Mark({ unread, rang }: { readonly unread: boolean; readonly rang: boolean }): JSX.Element | null {
  if (rang)
    return (
      <span class="card-rang" role="img" aria-label={say("session.rang")}>
        <Icon name="bell" size={14} />
      </span>
    );
  return unread ? <span class="card-unread" role="img" aria-label={say("session.unread")} /> : null;
}
