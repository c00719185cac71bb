/** What other machines have asked of this one: the newest lines of the audit log. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { momentText, say } from "../strings.ts";
import type { DashboardApi } from "./api.ts";
import { Page, Rows } from "./page.tsx";
import { usePolled } from "./polled.ts";
import type { AuditLine } from "./values.ts";

const FIRST_REFUSED_STATUS = 400;

export function AuditPage({ api }: { readonly api: DashboardApi }): JSX.Element {
  const [text, setText] = useState("");
  const polled = usePolled(() => api.audit(text), text);
  return (
    <Page name="audit" title={say("audit.title")} problem={polled.problem}>
      <label class="field dashboard-filter">
        <span class="field-label">{say("audit.filter")}</span>
        <input
          class="field-input"
          type="search"
          data-testid="audit-filter"
          placeholder={say("audit.filter.example")}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <Rows
        polled={polled}
        rows={(lines) => lines}
        row={(line) => <Line key={`${line.at} ${line.method} ${line.path}`} line={line} />}
        empty={{
          icon: "text",
          title: say(text === "" ? "audit.empty" : "audit.none"),
          how: say(text === "" ? "audit.empty.how" : "audit.none.how"),
        }}
      />
    </Page>
  );
}

function Line({ line }: { readonly line: AuditLine }): JSX.Element {
  const what = line.program ?? line.file;
  return (
    <li class="audit-line" data-testid="audit-line">
      <time class="audit-time">{momentText(line.at)}</time>
      <span class="audit-who">{line.name ?? say("audit.unknown", { address: line.address })}</span>
      <code class="audit-what">
        {line.method} {line.path}
        {what === undefined ? null : <span class="audit-detail"> {what}</span>}
      </code>
      <span class={line.status < FIRST_REFUSED_STATUS ? "audit-status" : "audit-status audit-refused"}>
        {line.status}
      </span>
    </li>
  );
}
