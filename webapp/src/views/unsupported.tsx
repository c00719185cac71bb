/** Shown where the app cannot run: why, and what would help. */
import type { JSX } from "preact";
import type { Unsupported } from "../app.ts";
import { say } from "../strings.ts";
import { Icon } from "./icons.tsx";

export function UnsupportedScreen({ reason }: { readonly reason: Unsupported }): JSX.Element {
  return (
    <main class="screen" data-testid="unsupported" data-reason={reason}>
      <section class="empty">
        <span class="empty-icon empty-icon-danger">
          <Icon name="alert" size={40} />
        </span>
        <h2>{say(`unsupported.${reason}`)}</h2>
        <p>{say(`unsupported.${reason}.hint`)}</p>
      </section>
    </main>
  );
}
