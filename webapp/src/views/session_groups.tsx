/** The sessions of a machine in their groups, a long list with a field to find one. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ConnectionView } from "../app.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { isUnread, type MachineNotes } from "../machine_notes.ts";
import { activityText, endText, listed, matching } from "../session_list.ts";
import { say } from "../strings.ts";
import type { SessionInfo } from "../wire/messages.ts";
import { Icon } from "./icons.tsx";
import { useNow } from "./now.ts";
import { SessionCard } from "./session_card.tsx";
import { Skeleton } from "./skeleton.tsx";

/** A list that is longer than two screens of a phone is searched rather than scrolled through. */
const LONG_LIST = 12;

interface ListProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly notes: MachineNotes;
  /** The sessions that rang the bell and were not looked at. */
  readonly rang: ReadonlySet<string>;
}

export function SessionGroups({
  controller,
  machine,
  connection,
  notes,
  rang,
}: ListProps): JSX.Element | null {
  const now = useNow(5);
  const [wanted, setWanted] = useState("");
  const sessions = connection?.sessions ?? null;
  if (sessions === null)
    return connection?.phase.name === "ended" ? null : <Skeleton label={say("machine.loading")} />;
  if (sessions.length === 0)
    // without a connection, what runs there now is not known
    return connection?.phase.name === "online" ? <NoSessions machine={machine.name} /> : null;
  const isLong = sessions.length > LONG_LIST;
  const found = isLong ? matching(sessions, wanted) : sessions;
  const groups = listed(found, rang, now);
  const shared = { controller, deviceId: machine.deviceId, notes, rang, now };
  return (
    <>
      {isLong ? (
        <input
          type="search"
          class="field-input session-find"
          data-testid="session-find"
          aria-label={say("machine.find")}
          placeholder={say("machine.find")}
          enterkeyhint="search"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      ) : null}
      {found.length === 0 ? (
        <p class="list-hint" role="status">
          {say("machine.find.none")}
        </p>
      ) : null}
      <Group title={say("machine.rang")} sessions={groups.rang} {...shared} />
      <Group title={say("machine.running")} sessions={groups.running} {...shared} />
      <Group title={say("machine.ended")} sessions={groups.ended} {...shared} />
    </>
  );
}

interface GroupProps extends Pick<ListProps, "controller" | "notes" | "rang"> {
  readonly deviceId: string;
  readonly title: string;
  readonly sessions: readonly SessionInfo[];
  readonly now: number;
}

function Group({ title, sessions, controller, deviceId, notes, rang, now }: GroupProps): JSX.Element | null {
  if (sessions.length === 0) return null;
  const { route } = controller.state;
  /** On wide screens the list is beside the session that is looked at. */
  const shown = route.screen === "terminal" ? route.sessionId : null;
  return (
    <section>
      <h2 class="group-title">{title}</h2>
      <ul class="cards">
        {sessions.map((session) => (
          <SessionCard
            key={session.id}
            controller={controller}
            deviceId={deviceId}
            session={session}
            age={session.alive ? activityText(session, now) : endText(session)}
            isShown={session.id === shown}
            unread={session.id !== shown && isUnread(session, notes)}
            rang={rang.has(session.id)}
          />
        ))}
      </ul>
    </section>
  );
}

function NoSessions({ machine }: { readonly machine: string }): JSX.Element {
  return (
    <section class="empty" data-testid="sessions-empty">
      <span class="empty-icon">
        <Icon name="terminal" size={40} />
      </span>
      <h2>{say("machine.empty")}</h2>
      <p>{say("machine.empty.how", { machine })}</p>
      <code class="command">loopsy shell</code>
    </section>
  );
}
