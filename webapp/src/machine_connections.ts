/** The connections with all paired machines, and what the app learns from them. */
import type { AppModel } from "./app_model.ts";
import { MachineConnection } from "./connection.ts";
import type { Surroundings } from "./connection_ports.ts";
import type { Machine } from "./machine.ts";
import type { Store } from "./store.ts";

/** Told which machine's channel has begun, and which one's is gone. */
export interface ChannelListener {
  /** Requests may be sent. */
  greeted(deviceId: string): void;
  begun(deviceId: string): void;
  lost(deviceId: string): void;
  /** There will be no other: the machine is forgotten. */
  closed(deviceId: string): void;
}

export class MachineConnections {
  readonly #model: AppModel;
  readonly #store: Store;
  readonly #surroundings: Surroundings;
  readonly #listener: ChannelListener;
  readonly #connections = new Map<string, MachineConnection>();

  constructor(model: AppModel, store: Store, surroundings: Surroundings, listener: ChannelListener) {
    this.#model = model;
    this.#store = store;
    this.#surroundings = surroundings;
    this.#listener = listener;
  }

  of(deviceId: string): MachineConnection | undefined {
    return this.#connections.get(deviceId);
  }

  /** Connect with a machine, in place of a connection that there is. */
  connect(machine: Machine): void {
    const { deviceId } = machine;
    this.#connections.get(deviceId)?.close();
    const connection = new MachineConnection(machine, this.#surroundings, {
      changed: () => {
        const { phase, answers, sessions, welcome } = connection;
        const { agents = [], daemon } = welcome ?? {};
        const view = { phase, answers, sessions, agents, version: daemon?.version ?? null };
        this.#model.dispatch({ type: "connection", deviceId, view });
      },
      greeted: () => this.#listener.greeted(deviceId),
      welcomed: (welcome) => {
        void this.#remember(deviceId, welcome.daemon.name);
        this.#listener.begun(deviceId);
      },
      commandsChanged: (commands) =>
        this.#model.dispatch({ type: "choices", deviceId, choices: { commands } }),
      lost: () => this.#listener.lost(deviceId),
    });
    this.#connections.set(deviceId, connection);
    connection.connect();
  }

  close(deviceId: string): void {
    this.#connections.get(deviceId)?.close();
    this.#connections.delete(deviceId);
    this.#listener.closed(deviceId);
  }

  /** Find out at once which connections still live. */
  wake(): void {
    for (const connection of this.#connections.values()) connection.wake();
  }

  networkLost(): void {
    for (const connection of this.#connections.values()) connection.networkLost();
  }

  /** Keep how the machine calls itself, and when it was last seen. */
  async #remember(deviceId: string, name: string): Promise<void> {
    const machine = this.#model.state.machines.find((known) => known.deviceId === deviceId);
    if (!machine) return;
    const seen = { ...machine, name, lastSeenAt: Date.now() / 1_000 };
    this.#model.dispatch({ type: "machine_saved", machine: seen });
    await this.#store.save(seen);
  }
}
