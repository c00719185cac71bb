/** The list of paired machines: which are there, and what runs on them. */
import type { JSX } from "preact";
import type { AppState, ConnectionView } from "../app.ts";
import type { AppUpdate } from "../app_update.ts";
import type { Entrance } from "../entrance.ts";
import type { Machine } from "../machine.ts";
import { rangUnseen } from "../session_list.ts";
import { durationText, say, sayCount } from "../strings.ts";
import { UpdateBanner } from "./banner.tsx";
import { useChip } from "./chip.tsx";
import { Icon } from "./icons.tsx";
import { useNow } from "./now.ts";

export function MachinesScreen({
  entrance,
  state,
  update,
}: {
  entrance: Entrance;
  state: AppState;
  update: AppUpdate;
}): JSX.Element {
  const { part } = entrance.machinePart;
  return (
    <main class="screen" data-testid="machines-screen">
      <header class="bar">
        <h1 class="bar-title brand">Loopsy</h1>
        <button
          type="button"
          class="button-icon"
          aria-label={say("machines.settings")}
          data-testid="settings-open"
          onClick={() => entrance.go({ screen: "settings" })}
        >
          <Icon name="settings" />
        </button>
        <button
          type="button"
          class="button-icon"
          aria-label={say("machines.pair")}
          data-testid="pair-open"
          onClick={() => entrance.pairings.begin()}
        >
          <Icon name="plus" />
        </button>
      </header>
      <UpdateBanner update={update} />
      {part === null ? null : <part.Banner controller={part.controller} state={state} />}
      {state.machines.length === 0 ? (
        <NoMachines entrance={entrance} />
      ) : (
        <ul class="cards scroll">
          {state.machines.map((machine) => (
            <MachineCard
              key={machine.deviceId}
              entrance={entrance}
              machine={machine}
              connection={state.connections[machine.deviceId]}
              rang={rangUnseen(state, machine.deviceId).size}
            />
          ))}
        </ul>
      )}
    </main>
  );
}

function NoMachines({ entrance }: { entrance: Entrance }): JSX.Element {
  return (
    <section class="empty" data-testid="machines-empty">
      <span class="empty-icon">
        <Icon name="laptop" size={40} />
      </span>
      <h2>{say("machines.empty")}</h2>
      <p>{say("machines.empty.run")}</p>
      <code class="command">loopsy mobile pair</code>
      <p>{say("machines.empty.scan")}</p>
      <button type="button" class="button" onClick={() => entrance.pairings.begin()}>
        {say("machines.empty.paste")}
      </button>
    </section>
  );
}

interface CardProps {
  readonly entrance: Entrance;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  /** How many of its sessions rang the bell and were not looked at. */
  readonly rang: number;
}

function MachineCard({ entrance, machine, connection, rang }: CardProps): JSX.Element {
  const chip = useChip(connection);
  const presence = usePresence(machine, connection, chip.health);
  const isLost = chip.health === "none" && connection !== undefined && connection.phase.name !== "connecting";
  const running = connection?.sessions?.filter(({ alive }) => alive).length;
  return (
    <li>
      <button
        type="button"
        class={`card ${isLost ? "dimmed" : ""}`}
        data-testid="machine-card"
        data-health={chip.health}
        onClick={() => entrance.go({ screen: "machine", deviceId: machine.deviceId })}
      >
        <span class="card-glyph">
          <Icon name="laptop" />
          {rang > 0 ? (
            <span class="card-rang">
              <Icon name="bell" size={14} />
            </span>
          ) : null}
        </span>
        <span class="card-body">
          <span class="card-title">{machine.name}</span>
          <span class="card-detail">
            {sessionsText(running, connection)}
            {rang > 0 ? ` · ${say("machines.rang", { number: rang })}` : ""}
          </span>
        </span>
        <span class={`presence presence-${chip.health}`}>
          <span class="chip-dot" />
          {presence}
        </span>
      </button>
    </li>
  );
}

const ENDED = {
  revoked: "machines.removed",
  unknown: "machines.removed",
  replaced: "machines.replaced",
  protocol: "machines.ended",
} as const;

function usePresence(machine: Machine, connection: ConnectionView | undefined, health: string): string {
  const now = useNow(5);
  const phase = connection?.phase;
  if (health === "good") return say("machines.on");
  if (health === "stale") return say("machines.slow");
  if (phase === undefined || phase.name === "connecting") return say("machines.connecting");
  if (phase.name === "ended") return say(ENDED[phase.reason]);
  if (phase.name === "device_offline" && phase.since !== null)
    return say("machines.off_for", { duration: durationText(now - phase.since) });
  if (phase.name === "device_offline") return say("machines.off");
  return say("machines.seen", { duration: durationText(now - machine.lastSeenAt) });
}

function sessionsText(running: number | undefined, connection: ConnectionView | undefined): string {
  const phase = connection?.phase;
  if (phase?.name === "ended" && ENDED[phase.reason] === "machines.removed")
    return say("machines.not_paired");
  if (running === undefined) return say("machines.sessions_unknown");
  return running === 0 ? say("machines.sessions_none") : sayCount("machines.sessions", running);
}
