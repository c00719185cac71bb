/** Shown where the app cannot run: why, and what would help. */
import type { JSX } from "preact";
import type { Unsupported } from "../app.ts";
import { Icon } from "./icons.tsx";

const REASONS: Readonly<Record<Unsupported, { readonly title: string; readonly hint: string }>> = {
  insecure_context: {
    title: "This page needs https",
    hint: "Browsers allow encryption only on https addresses and on localhost. Open the relay by its https address.",
  },
  old_browser: {
    title: "This browser is too old",
    hint: "Loopsy needs X25519 encryption: Safari 17, Chrome 133, Firefox 130 or later. Update the browser or the phone.",
  },
  no_storage: {
    title: "This browser keeps nothing",
    hint: "Loopsy stores its keys in the browser. Leave private browsing, or allow this page to store data.",
  },
};

export function UnsupportedScreen({ reason }: { readonly reason: Unsupported }): JSX.Element {
  const { title, hint } = REASONS[reason];
  return (
    <main class="screen" data-testid="unsupported" data-reason={reason}>
      <section class="empty">
        <span class="empty-icon empty-icon-danger">
          <Icon name="alert" size={40} />
        </span>
        <h2>{title}</h2>
        <p>{hint}</p>
      </section>
    </main>
  );
}
