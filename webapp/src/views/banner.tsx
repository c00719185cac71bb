/** One sentence about a state that needs the user's attention, with what to do. */
import type { ComponentChildren, JSX } from "preact";
import type { ConnectionView } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { type PhaseAction, phaseText } from "../phase_text.ts";
import { say } from "../strings.ts";
import { useNow } from "./now.ts";

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

interface ConnectionBannerProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
}

/** The banner of a connection's phase; nothing while it is online or just begins. */
export function ConnectionBanner({
  controller,
  machine,
  connection,
}: ConnectionBannerProps): JSX.Element | null {
  const now = useNow(1);
  if (!connection) return null;
  const text = phaseText(connection.phase, machine.name, now);
  if (text === null) return null;
  const act: Record<PhaseAction, () => void> = {
    retry: () => controller.retry(machine.deviceId),
    forget: () => void controller.pairings.forget(machine.deviceId),
    pair: () => controller.pairings.begin(),
  };
  const state = connection.phase.name === "ended" ? connection.phase.reason : connection.phase.name;
  return (
    <Banner tone={text.tone} title={text.title} hint={text.hint} state={state}>
      {text.actions.length > 0
        ? text.actions.map((action) => (
            <button
              type="button"
              class="button-small"
              key={action}
              data-testid={`banner-${action}`}
              onClick={act[action]}
            >
              {say(`action.${action}`)}
            </button>
          ))
        : null}
    </Banner>
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
