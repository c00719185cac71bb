/** The frame of a page of the dashboard: its title, what went wrong, and what stands in for an empty list. */
import type { ComponentChildren, JSX } from "preact";
import { say } from "../strings.ts";
import { Icon, type IconName } from "../views/icons.tsx";
import type { Polled } from "./polled.ts";

interface PageProps {
  readonly name: string;
  readonly title: string;
  readonly problem: string | null;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ name, title, problem, actions, children }: PageProps): JSX.Element {
  return (
    <main class="screen" data-testid={`dashboard-${name}`}>
      <header class="bar dashboard-bar">
        <h1 class="bar-title">{title}</h1>
        {actions}
      </header>
      <div class="scroll dashboard-page">
        {problem === null ? null : (
          <p class="banner banner-warning" role="alert" data-testid="dashboard-problem">
            <span class="banner-mark" />
            <span class="banner-body">{problem}</span>
          </p>
        )}
        {children}
      </div>
    </main>
  );
}

interface RowsProps<Value, Row> {
  readonly polled: Polled<Value>;
  readonly rows: (value: Value) => readonly Row[];
  readonly row: (row: Row) => JSX.Element;
  readonly empty: {
    readonly icon: IconName;
    readonly title: string;
    readonly how: string;
    readonly command?: string;
  };
}

/** A list that is there, not there yet, or empty. */
export function Rows<Value, Row>({ polled, rows, row, empty }: RowsProps<Value, Row>): JSX.Element | null {
  if (polled.value === null)
    return polled.problem === null ? <p class="dashboard-hint">{say("dashboard.loading")}</p> : null;
  const found = rows(polled.value);
  if (found.length > 0) return <ul class="cards dashboard-rows">{found.map(row)}</ul>;
  return (
    <section class="empty" data-testid="dashboard-empty">
      <span class="empty-icon">
        <Icon name={empty.icon} size={40} />
      </span>
      <h2>{empty.title}</h2>
      <p>{empty.how}</p>
      {empty.command === undefined ? null : <code class="command">{empty.command}</code>}
    </section>
  );
}

interface EntryProps {
  readonly name: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly state?: string;
  /** Whether the state is a good one, one to look at, or neither. */
  readonly health?: "good" | "stale" | "none";
  readonly children?: ComponentChildren;
}

/** One thing of a list: what it is on the left, how it is on the right, and below what more there is. */
export function Entry({ name, title, detail, state, health = "none", children }: EntryProps): JSX.Element {
  return (
    <li class="entry" data-testid={name}>
      <div class="entry-head">
        <span class="card-body">
          <bdi class="entry-title">{title}</bdi>
          {detail === undefined ? null : <span class="card-detail">{detail}</span>}
        </span>
        {state === undefined ? null : (
          <span class={`presence presence-${health}`}>
            <span class="chip-dot" />
            {state}
          </span>
        )}
      </div>
      {children}
    </li>
  );
}

/** Names with their values, of which those that are null are left out. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [string, string | null])[];
}): JSX.Element {
  return (
    <dl class="entry-facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
