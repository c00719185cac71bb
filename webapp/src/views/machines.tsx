/** The list of paired machines: which are there, and what runs on them. */
import type { JSX } from "preact";
import type { AppState, ConnectionView } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { durationText, say, sayCount } from "../strings.ts";
import { UpdateBanner } from "./banner.tsx";
import { useChip } from "./chip.tsx";
import { Icon } from "./icons.tsx";
import { useNow } from "./now.ts";

export function MachinesScreen({
  controller,
  state,
  update,
}: {
  controller: Controller;
  state: AppState;
  update: AppUpdate;
}): JSX.Element {
  return (
    <main class="screen" data-testid="machines-screen">
      <header class="bar">
        <h1 class="bar-title brand">Loopsy</h1>
        <button
          type="button"
          class="button-icon"
          aria-label={say("machines.settings")}
          data-testid="settings-open"
          onClick={() => controller.go({ screen: "settings" })}
        >
          <Icon name="settings" />
        </button>
        <button
          type="button"
          class="button-icon"
          aria-label={say("machines.pair")}
          data-testid="pair-open"
          onClick={() => controller.pairings.begin()}
        >
          <Icon name="plus" />
        </button>
      </header>
      <UpdateBanner update={update} />
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
      <h2>{say("machines.empty")}</h2>
      <p>{say("machines.empty.run")}</p>
      <code class="command">loopsy mobile pair</code>
      <p>{say("machines.empty.scan")}</p>
      <button type="button" class="button" onClick={() => controller.pairings.begin()}>
        {say("machines.empty.paste")}
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
  if (health === "good") return say("machines.on");
  if (health === "stale") return say("machines.slow");
  if (phase === undefined || phase.name === "connecting") return say("machines.connecting");
  if (phase.name === "ended") return say(phase.reason === "revoked" ? "machines.removed" : "machines.ended");
  if (phase.name === "device_offline" && phase.since !== null)
    return say("machines.off_for", { duration: durationText(now - phase.since) });
  if (phase.name === "device_offline") return say("machines.off");
  return say("machines.seen", { duration: durationText(now - machine.lastSeenAt) });
}

function sessionsText(running: number | undefined, connection: ConnectionView | undefined): string {
  if (running === undefined)
    return say(connection?.phase.name === "ended" ? "machines.not_paired" : "machines.sessions_unknown");
  return running === 0 ? say("machines.sessions_none") : sayCount("machines.sessions", running);
}
