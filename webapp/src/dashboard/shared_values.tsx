/** The values that this machine shares with its peers: look at them, set them, delete them. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { bytesText, durationText, say } from "../strings.ts";
import { HoldButton } from "../views/hold_button.tsx";
import { useNow } from "../views/now.ts";
import type { DashboardApi } from "./api.ts";
import { Form } from "./form.tsx";
import { Entry, Page, Rows } from "./page.tsx";
import { attempt, usePolled } from "./polled.ts";
import type { SharedValue } from "./values.ts";

const PAGE_ENTRIES = 100;

export function SharedValuesPage({ api }: { readonly api: DashboardApi }): JSX.Element {
  const [prefix, setPrefix] = useState("");
  const polled = usePolled(
    () => api.exchange("context.list", { prefix: prefix.trim(), limit: PAGE_ENTRIES }),
    prefix,
  );
  const [problem, setProblem] = useState<string | null>(null);
  const remove = async ({ key }: SharedValue): Promise<void> => {
    setProblem(await attempt(() => api.exchange("context.delete", { key })));
    polled.reload();
  };
  const set = async ([key = "", value = ""]: readonly string[]): Promise<string | null> => {
    const failure = await attempt(() => api.exchange("context.set", { key: key.trim(), value }));
    polled.reload();
    return failure;
  };
  return (
    <Page name="values" title={say("values.title")} problem={problem ?? polled.problem}>
      <Form
        name="value"
        open={say("values.set")}
        fields={[
          { label: say("values.key"), example: "build/status" },
          { label: say("values.value"), isLong: true },
        ]}
        submit={say("values.save")}
        send={set}
      />
      <label class="field dashboard-filter">
        <span class="field-label">{say("values.prefix")}</span>
        <input
          class="field-input"
          type="search"
          value={prefix}
          onInput={(event) => setPrefix(event.currentTarget.value)}
        />
      </label>
      <Rows
        polled={polled}
        rows={({ entries }) => entries}
        row={(entry) => (
          <Value
            key={`${entry.key} ${entry.version}`}
            api={api}
            entry={entry}
            remove={() => void remove(entry)}
          />
        )}
        empty={{
          icon: "snippet",
          title: say("values.empty"),
          how: say("values.empty.how"),
          command: "loopsy context set KEY VALUE",
        }}
      />
      {polled.value?.next === undefined ? null : (
        <p class="dashboard-hint">{say("dashboard.first", { number: PAGE_ENTRIES })}</p>
      )}
    </Page>
  );
}

interface ValueProps {
  readonly api: DashboardApi;
  readonly entry: SharedValue;
  remove(): void;
}

function Value({ api, entry, remove }: ValueProps): JSX.Element {
  const now = useNow(5);
  const [shown, setShown] = useState<string | null>(null);
  const show = async (): Promise<void> => {
    const failure = await attempt(async () => {
      setShown((await api.exchange("context.get", { key: entry.key })).value ?? "");
    });
    if (failure !== null) setShown(failure);
  };
  const age = say("time.ago", { duration: durationText(now - entry.updated_at) });
  return (
    <Entry
      name="shared-value"
      title={entry.key}
      detail={`${bytesText(entry.size_bytes)} · ${entry.author} · ${age}`}
    >
      {shown === null ? null : (
        <pre class="entry-text" data-testid="value-text">
          {shown}
        </pre>
      )}
      <div class="entry-actions">
        <button
          type="button"
          class="button-small"
          data-testid="value-show"
          onClick={() => (shown === null ? void show() : setShown(null))}
        >
          {say(shown === null ? "values.show" : "values.hide")}
        </button>
        <HoldButton
          name="value-delete"
          label={say("values.delete")}
          confirmLabel={say("values.delete.confirm")}
          act={remove}
        />
      </div>
    </Entry>
  );
}
