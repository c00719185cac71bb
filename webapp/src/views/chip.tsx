/** The connection chip: whether the machine answers, and how quickly or how long ago. */
import type { JSX } from "preact";
import type { ConnectionView } from "../app.ts";
import { type ChipState, chipState } from "../connection_state.ts";
import { say } from "../strings.ts";
import { useNow } from "./now.ts";

export function useChip(connection: ConnectionView | undefined): ChipState {
  const now = Math.max(useNow(0.5), connection?.answers.lastAnswerSeconds ?? 0);
  if (!connection) return { health: "none", text: say("chip.connecting") };
  return chipState(connection.phase, connection.answers, now);
}

export function Chip({ connection }: { readonly connection: ConnectionView | undefined }): JSX.Element {
  const { health, text } = useChip(connection);
  return (
    <span
      class={`chip chip-${health}`}
      data-testid="connection-chip"
      data-health={health}
      role="img"
      aria-label={say("chip.label", { health: say(`chip.${health}`), detail: text })}
    >
      <span class="chip-dot" />
      <span class="chip-text">{text}</span>
    </span>
  );
}
