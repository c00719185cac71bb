/** The list of paired machines: which are there, and what runs on them. */
import type { JSX } from "preact";
import type { AppState, ConnectionView } from "../app.ts";
import { durationText } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { useChip } from "./chip.tsx";
import { Icon } from "./icons.tsx";
import { useNow } from "./now.ts";

export function MachinesScreen({
  controller,
  state,
}: {
  controller: Controller;
  state: AppState;
}): JSX.Element {
  return (
    <main class="screen" data-testid="machines-screen">
      <header class="bar">
        <h1 class="bar-title brand">Loopsy</h1>
        <button
          type="button"
          class="button-icon"
          aria-label="Pair a machine"
          data-testid="pair-open"
          onClick={() => controller.pair()}
        >
          <Icon name="plus" />
        </button>
      </header>
      {state.machines.length === 0 ? (
        <NoMachines controller={controller} />
      ) : (
        <ul class="cards">
          {state.machines.map((machine) => (
            <MachineCard
              key={machine.deviceId}
              controller={controller}
              machine={machine}
              connection={state.connections[machine.deviceId]}
            />
          ))}
        </ul>
      )}
    </main>
  );
}

function NoMachines({ controller }: { controller: Controller }): JSX.Element {
  return (
    <section class="empty" data-testid="machines-empty">
      <span class="empty-icon">
        <Icon name="laptop" size={40} />
      </span>
      <h2>Your terminals, here</h2>
      <p>On the machine whose terminals you want on this phone, run</p>
      <code class="command">loopsy mobile pair</code>
      <p>and scan the code that it shows with this phone’s camera.</p>
      <button type="button" class="button" onClick={() => controller.pair()}>
        Paste a pairing link
      </button>
    </section>
  );
}

interface CardProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
}

function MachineCard({ controller, machine, connection }: CardProps): JSX.Element {
  const chip = useChip(connection);
  const presence = usePresence(machine, connection, chip.health);
  const running = connection?.sessions?.filter(({ alive }) => alive).length;
  return (
    <li>
      <button
        type="button"
        class="card"
        data-testid="machine-card"
        data-health={chip.health}
        onClick={() => controller.go({ screen: "machine", deviceId: machine.deviceId })}
      >
        <span class="card-glyph">
          <Icon name="laptop" />
        </span>
        <span class="card-body">
          <span class="card-title">{machine.name}</span>
          <span class="card-detail">{sessionsText(running, connection)}</span>
        </span>
        <span class={`presence presence-${chip.health}`}>
          <span class="chip-dot" />
          {presence}
        </span>
      </button>
    </li>
  );
}

function usePresence(machine: Machine, connection: ConnectionView | undefined, health: string): string {
  const now = useNow(5);
  const phase = connection?.phase;
  if (health === "good") return "on";
  if (health === "stale") return "slow";
  if (phase === undefined || phase.name === "connecting") return "connecting";
  if (phase.name === "ended") return phase.reason === "revoked" ? "removed" : "ended";
  if (phase.name === "device_offline" && phase.since !== null)
    return `off ${durationText(now - phase.since)}`;
  if (phase.name === "device_offline") return "off";
  return `seen ${durationText(now - machine.lastSeenAt)} ago`;
}

function sessionsText(running: number | undefined, connection: ConnectionView | undefined): string {
  if (running === undefined)
    return connection?.phase.name === "ended" ? "Not paired any more" : "Sessions not known yet";
  if (running === 0) return "No sessions";
  return running === 1 ? "1 session" : `${running} sessions`;
}
