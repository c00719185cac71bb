/** What a page shows that is not logged in, and how to come back. */
import type { JSX } from "preact";
import { say } from "../strings.ts";
import { Icon } from "../views/icons.tsx";

/** Why: no link was used, the link is over, the login is, or the browser keeps nothing for this page. */
export type Outside = "no_link" | "link_over" | "logged_out" | "unreachable" | "no_storage";

export function OutsideScreen({ why }: { readonly why: Outside }): JSX.Element {
  return (
    <main class="screen" data-testid="dashboard-outside" data-why={why}>
      <section class="empty">
        <span class="empty-icon">
          <Icon name="lock" size={40} />
        </span>
        <h2>{say(`outside.${why}`)}</h2>
        <p>{say(why === "no_storage" ? "outside.no_storage.how" : "outside.how")}</p>
        <code class="command">{why === "unreachable" ? "loopsy restart" : "loopsy dashboard"}</code>
      </section>
    </main>
  );
}
