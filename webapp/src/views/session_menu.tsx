/** What can be done with one session, and what is known about it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ConnectionView } from "../app.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { type Choices, shortDirectory } from "../new_session.ts";
import { endText, sessionName } from "../session_list.ts";
import { durationText, say } from "../strings.ts";
import type { SessionInfo } from "../wire/messages.ts";
import { HoldButton } from "./hold_button.tsx";
import { useNow } from "./now.ts";
import { Sheet } from "./sheet.tsx";

const MAX_NAME_CHARACTERS = 64;

interface SessionMenuProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly choices: Choices;
  readonly sessionId: string;
}

export function SessionMenu(props: SessionMenuProps): JSX.Element {
  const { controller, connection, sessionId } = props;
  const session = connection?.sessions?.find(({ id }) => id === sessionId);
  const close = (): void => controller.back();
  if (session === undefined) {
    return (
      <Sheet name="session-sheet" title={say("terminal.session")} close={close}>
        <p class="settings-hint">{say(connection?.sessions ? "terminal.gone" : "machine.loading")}</p>
      </Sheet>
    );
  }
  return (
    <Sheet name="session-sheet" title={<bdi>{sessionName(session)}</bdi>} close={close}>
      <Actions {...props} session={session} close={close} />
      <Details {...props} session={session} />
    </Sheet>
  );
}

interface SessionProps extends SessionMenuProps {
  readonly session: SessionInfo;
}

function Actions({
  controller,
  machine,
  connection,
  session,
  close,
}: SessionProps & { readonly close: () => void }): JSX.Element {
  const [name, setName] = useState(session.name);
  const [failure, setFailure] = useState<string | null>(null);
  const online = connection?.phase.name === "online";
  const { deviceId } = machine;
  const finished = (reason: string | null): void => {
    if (reason === null) close();
    else setFailure(reason);
  };
  const wanted = name.trim();
  return (
    <>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          void controller.sessions.rename(deviceId, session.id, wanted).then(finished);
        }}
      >
        <label class="field">
          <span class="field-label">{say("session.name")}</span>
          <input
            class="field-input"
            data-testid="session-name"
            value={name}
            maxLength={MAX_NAME_CHARACTERS}
            autocomplete="off"
            onInput={(event) => {
              setName(event.currentTarget.value);
              setFailure(null);
            }}
          />
        </label>
        <button
          type="submit"
          class="button"
          data-testid="session-rename"
          disabled={!online || wanted === "" || wanted === session.name}
        >
          {say("session.rename")}
        </button>
      </form>
      <p class="field-error" role="alert" data-testid="session-failure">
        <bdi>{failure}</bdi>
      </p>
      {session.alive ? (
        <>
          <p class="settings-hint">{say("session.kill.hint")}</p>
          <HoldButton
            name="session-kill"
            label={say("session.kill")}
            confirmLabel={say("session.kill.confirm")}
            act={() => void controller.sessions.kill(deviceId, session.id).then(finished)}
          />
        </>
      ) : (
        <>
          <p class="settings-hint">{say("session.dismiss.hint")}</p>
          <button
            type="button"
            class="button button-wide button-plain"
            data-testid="session-dismiss"
            disabled={!online}
            onClick={() => void controller.sessions.dismiss(deviceId, session.id).then(finished)}
          >
            {say("session.dismiss")}
          </button>
        </>
      )}
    </>
  );
}

function Details({ connection, choices, session }: SessionProps): JSX.Element {
  const now = useNow(5);
  const agents = choices.agents ?? connection?.agents ?? [];
  const program = [...agents, ...(choices.commands ?? [])].find(({ id }) => id === session.agent)?.label;
  const ago = (seconds: number): string => say("time.ago", { duration: durationText(now - seconds) });
  const facts: readonly (readonly [string, string])[] = [
    [say("session.status"), session.alive ? say("session.running") : endText(session)],
    [say("session.program"), program ?? say("new.command")],
    [say("session.title"), session.title],
    [say("session.directory"), shortDirectory(session.cwd, choices.home)],
    [say("session.size"), `${session.cols} × ${session.rows}`],
    [say("session.started"), ago(session.created_at)],
    [
      say("session.started_by"),
      session.started_by === "local" ? say("session.tool") : (session.started_by ?? ""),
    ],
    [say("session.active"), ago(session.active_at)],
    [say("session.clients"), String(session.clients)],
    [say("session.id"), session.id],
  ];
  return (
    <dl class="facts" data-testid="session-details">
      {facts
        .filter(([, value]) => value !== "")
        .map(([fact, value]) => (
          <div key={fact} class="fact">
            <dt>{fact}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}
