/** The banner of a connection's phase: what became of it, and what the user can do. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AppState, ConnectionView } from "../app.ts";
import type { Phase } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { type PhaseAction, phaseText } from "../phase_text.ts";
import { isUsedUp } from "../relay_quota.ts";
import { say } from "../strings.ts";
import { Banner } from "./banner.tsx";
import { useNow } from "./now.ts";

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
  const usedUp = useUsedUp(connection?.phase);
  if (!connection) return null;
  const text = phaseText(connection.phase, machine.name, now, usedUp);
  if (text === null) return null;
  const act: Record<PhaseAction, () => void> = {
    retry: () => controller.retry(machine.deviceId),
    forget: () => void controller.unpairing.forget(machine.deviceId),
    pair: () => controller.pairings.begin(),
    reload: () => location.reload(),
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

/** What is true of the network or the relay, and so of every machine. */
const CONCERNS_ALL: ReadonlySet<Phase["name"]> = new Set(["phone_offline", "waiting", "rate_limited"]);

interface RelayBannerProps {
  readonly controller: Controller;
  readonly state: AppState;
}

/** The banner over the list of machines: why none of them, or not all, can be reached from here. */
export function RelayBanner({ controller, state }: RelayBannerProps): JSX.Element | null {
  const machine = state.machines.find(({ deviceId }) => {
    const phase = state.connections[deviceId]?.phase;
    return phase !== undefined && (CONCERNS_ALL.has(phase.name) || isSecondAttempt(phase));
  });
  if (machine === undefined) return null;
  const connection = state.connections[machine.deviceId];
  return <ConnectionBanner controller={controller} machine={machine} connection={connection} />;
}

function isSecondAttempt(phase: Phase): boolean {
  return phase.name === "connecting" && phase.again;
}

/** Return whether the relay has no requests left; asked after each attempt that failed. */
function useUsedUp(phase: Phase | undefined): boolean {
  const [usedUp, setUsedUp] = useState(false);
  const failure = phase?.name === "waiting" ? phase : null;
  useEffect(() => {
    if (failure !== null) void isUsedUp(location.origin).then(setUsedUp);
  }, [failure]);
  return usedUp;
}
