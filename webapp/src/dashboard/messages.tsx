/** Messages with other machines: what came, what was sent and how that is, and a new one. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { durationText, say } from "../strings.ts";
import { useNow } from "../views/now.ts";
import type { DashboardApi } from "./api.ts";
import { Form } from "./form.tsx";
import { Entry, Page, Rows } from "./page.tsx";
import { attempt, usePolled } from "./polled.ts";
import type { ReceivedMessage, SentMessage } from "./values.ts";

const PAGE_ENTRIES = 100;
const BOXES = ["inbox", "outbox"] as const;
const SENT_STATES = ["queued", "delivered", "acknowledged", "expired", "refused"] as const;
type Box = (typeof BOXES)[number];

export function MessagesPage({ api }: { readonly api: DashboardApi }): JSX.Element {
  const [box, setBox] = useState<Box>("inbox");
  const [sends, setSends] = useState(0);
  const peers = usePolled(() => api.peers(), "peers").value?.peers ?? [];
  const send = async ([to = "", body = ""]: readonly string[]): Promise<string | null> => {
    const failure = await attempt(() => api.exchange("message.send", { to, body }));
    if (failure === null) setBox("outbox");
    setSends(sends + 1);
    return failure;
  };
  const actions = (
    <div class="dashboard-choice" role="tablist">
      {BOXES.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          aria-selected={one === box}
          data-testid={`messages-${one}`}
          onClick={() => setBox(one)}
        >
          {say(`messages.${one}`)}
        </button>
      ))}
    </div>
  );
  const form =
    peers.length === 0 ? null : (
      <Form
        name="message"
        open={say("messages.new")}
        fields={[
          { label: say("messages.to"), choices: peers.map(({ name }) => name) },
          { label: say("messages.text"), isLong: true },
        ]}
        submit={say("messages.send")}
        send={send}
      />
    );
  return box === "inbox" ? (
    <Inbox api={api} actions={actions} form={form} />
  ) : (
    <Outbox key={sends} api={api} actions={actions} form={form} />
  );
}

interface BoxProps {
  readonly api: DashboardApi;
  readonly actions: JSX.Element;
  readonly form: JSX.Element | null;
}

function Inbox({ api, actions, form }: BoxProps): JSX.Element {
  const polled = usePolled(() => api.exchange("message.inbox", { limit: PAGE_ENTRIES }), "inbox");
  const [problem, setProblem] = useState<string | null>(null);
  const acknowledge = async (message: ReceivedMessage): Promise<void> => {
    const question = { ids: [message.id], sender: message.from_id };
    setProblem(await attempt(() => api.exchange("message.acknowledge", question)));
    polled.reload();
  };
  return (
    <Page name="messages" title={say("messages.title")} problem={problem ?? polled.problem} actions={actions}>
      {form}
      <Rows
        polled={polled}
        rows={({ messages }) => messages}
        row={(message) => (
          <Received
            key={`${message.from_id} ${message.id}`}
            message={message}
            acknowledge={() => void acknowledge(message)}
          />
        )}
        empty={{ icon: "message", title: say("messages.inbox.empty"), how: say("messages.inbox.empty.how") }}
      />
      {polled.value?.next === undefined ? null : (
        <p class="dashboard-hint">{say("dashboard.first", { number: PAGE_ENTRIES })}</p>
      )}
    </Page>
  );
}

function Outbox({ api, actions, form }: BoxProps): JSX.Element {
  const polled = usePolled(() => api.exchange("message.outbox", { limit: PAGE_ENTRIES }), "outbox");
  return (
    <Page name="messages" title={say("messages.title")} problem={polled.problem} actions={actions}>
      {form}
      <Rows
        polled={polled}
        rows={({ messages }) => messages}
        row={(message) => <Sent key={message.id} message={message} />}
        empty={{ icon: "send", title: say("messages.outbox.empty"), how: say("messages.outbox.empty.how") }}
      />
      {polled.value?.next === undefined ? null : (
        <p class="dashboard-hint">{say("dashboard.newest", { number: PAGE_ENTRIES })}</p>
      )}
    </Page>
  );
}

function Received({
  message,
  acknowledge,
}: {
  readonly message: ReceivedMessage;
  acknowledge(): void;
}): JSX.Element {
  const now = useNow(5);
  const age = say("time.ago", { duration: durationText(now - message.received_at) });
  const isRead = message.state === "read";
  return (
    <Entry
      name="received"
      title={message.subject ?? message.from}
      detail={[...(message.subject === undefined ? [] : [message.from]), message.type, age].join(" · ")}
      state={say(isRead ? "messages.read" : "messages.unread")}
      health={isRead ? "none" : "good"}
    >
      <pre class="entry-text">{message.body}</pre>
      <div class="entry-actions">
        <button type="button" class="button-small" data-testid="message-acknowledge" onClick={acknowledge}>
          {say("messages.acknowledge")}
        </button>
      </div>
    </Entry>
  );
}

function Sent({ message }: { readonly message: SentMessage }): JSX.Element {
  const now = useNow(5);
  const age = say("time.ago", { duration: durationText(now - message.created_at) });
  const state = SENT_STATES.find((known) => known === message.state);
  const hasArrived = state === "delivered" || state === "acknowledged";
  return (
    <Entry
      name="sent"
      title={message.subject ?? message.to}
      detail={[...(message.subject === undefined ? [] : [message.to]), message.type, age].join(" · ")}
      state={state === undefined ? message.state : say(`messages.${state}`)}
      health={hasArrived ? "good" : state === "queued" ? "none" : "stale"}
    >
      <pre class="entry-text">{message.body}</pre>
      {message.problem === undefined ? null : <p class="field-error">{message.problem}</p>}
    </Entry>
  );
}
