/** One sentence about a state that needs the user's attention, with what to do. */
import type { ComponentChildren, JSX } from "preact";
import type { AppUpdate } from "../app_update.ts";
import { say } from "../strings.ts";

interface BannerProps {
  readonly tone: "quiet" | "warning" | "danger";
  readonly title: string;
  readonly hint?: string;
  readonly state: string;
  readonly children?: ComponentChildren;
}

export function Banner({ tone, title, hint, state, children }: BannerProps): JSX.Element {
  return (
    <div class={`banner banner-${tone}`} role="status" data-testid="state-banner" data-state={state}>
      <span class="banner-mark" />
      <div class={`banner-body ${hint ? "" : "banner-inline"}`}>
        <p class="banner-title">{title}</p>
        {hint ? <p class="banner-hint">{hint}</p> : null}
        {children ? <div class="banner-actions">{children}</div> : null}
      </div>
    </div>
  );
}

/** Says that the relay has a newer app; nothing is loaded anew before the button is tapped. */
export function UpdateBanner({ update }: { readonly update: AppUpdate }): JSX.Element | null {
  if (!update.isReady) return null;
  return (
    <Banner tone="quiet" title={say("update.ready")} state="update">
      <button type="button" class="button-small" data-testid="update-apply" onClick={() => update.apply()}>
        {say("update.apply")}
      </button>
    </Banner>
  );
}
