/** The queue of work that this machine keeps: what waits, who works on what, and what came of it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { durationText, say } from "../strings.ts";
import { HoldButton } from "../views/hold_button.tsx";
import { useNow } from "../views/now.ts";
import type { DashboardApi } from "./api.ts";
import { Form } from "./form.tsx";
import { Entry, Facts, Page, Rows } from "./page.tsx";
import { attempt, usePolled } from "./polled.ts";
import type { Task } from "./values.ts";

const PAGE_ENTRIES = 100;
const STATES = ["queued", "claimed", "done", "failed", "cancelled"] as const;

export function TasksPage({ api }: { readonly api: DashboardApi }): JSX.Element {
  const polled = usePolled(() => api.exchange("task.list", { limit: PAGE_ENTRIES }), "tasks");
  const [problem, setProblem] = useState<string | null>(null);
  const cancel = async ({ id }: Task): Promise<void> => {
    setProblem(await attempt(() => api.exchange("task.cancel", { id })));
    polled.reload();
  };
  const add = async ([title = "", body = ""]: readonly string[]): Promise<string | null> => {
    const failure = await attempt(() => api.exchange("task.add", { title: title.trim(), body }));
    polled.reload();
    return failure;
  };
  return (
    <Page name="tasks" title={say("tasks.title")} problem={problem ?? polled.problem}>
      <Form
        name="task"
        open={say("tasks.new")}
        fields={[{ label: say("tasks.name") }, { label: say("tasks.body"), isLong: true, isOptional: true }]}
        submit={say("tasks.add")}
        send={add}
      />
      <Rows
        polled={polled}
        rows={({ tasks }) => tasks}
        row={(task) => (
          <TaskEntry
            key={`${task.id} ${task.changed_at}`}
            api={api}
            task={task}
            cancel={() => void cancel(task)}
          />
        )}
        empty={{ icon: "check", title: say("tasks.empty"), how: say("tasks.empty.how") }}
      />
      {polled.value?.next === undefined ? null : (
        <p class="dashboard-hint">{say("dashboard.newest", { number: PAGE_ENTRIES })}</p>
      )}
    </Page>
  );
}

interface TaskProps {
  readonly api: DashboardApi;
  readonly task: Task;
  cancel(): void;
}

function TaskEntry({ api, task, cancel }: TaskProps): JSX.Element {
  const now = useNow(5);
  const [whole, setWhole] = useState<Task | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const show = async (): Promise<void> => {
    setProblem(await attempt(async () => setWhole(await api.exchange("task.show", { id: task.id }))));
  };
  const state = STATES.find((known) => known === task.state);
  const isOpen = state === "queued" || state === "claimed";
  const worker =
    task.worker === undefined ? null : [task.worker_peer, task.worker].filter(Boolean).join(" · ");
  const age = say("time.ago", { duration: durationText(now - task.changed_at) });
  return (
    <Entry
      name="task"
      title={task.title}
      detail={`${task.queue} · ${task.author} · ${age}`}
      state={state === undefined ? task.state : say(`tasks.${state}`)}
      health={state === "done" ? "good" : state === "failed" ? "stale" : "none"}
    >
      <Facts
        facts={[
          [say("tasks.worker"), worker],
          [say("tasks.progress"), task.progress ?? null],
          [say("tasks.error"), task.error ?? null],
        ]}
      />
      {whole?.body ? <pre class="entry-text">{whole.body}</pre> : null}
      {whole?.result ? <pre class="entry-text">{whole.result}</pre> : null}
      {problem === null ? null : <p class="field-error">{problem}</p>}
      <div class="entry-actions">
        <button
          type="button"
          class="button-small"
          data-testid="task-show"
          onClick={() => (whole === null ? void show() : setWhole(null))}
        >
          {say(whole === null ? "tasks.show" : "tasks.hide")}
        </button>
        {isOpen ? (
          <HoldButton
            name="task-cancel"
            label={say("tasks.cancel")}
            confirmLabel={say("tasks.cancel.confirm")}
            act={cancel}
          />
        ) : null}
      </div>
    </Entry>
  );
}
