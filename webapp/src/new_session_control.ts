/** What the user can do before a session is opened: see what there is, change the saved commands, look for a directory. */
import type { AppModel } from "./app_model.ts";
import { ask, failureText } from "./asking.ts";
import type { MachineConnections } from "./machine_connections.ts";
import type { SavedCommand } from "./wire/commands.ts";
import type { Directories } from "./wire/directories.ts";
import type { Request } from "./wire/messages.ts";

/** A command as it is typed; `id` is null for a new one. */
export interface CommandDraft {
  readonly id: string | null;
  readonly label: string;
  readonly arguments: readonly string[];
  readonly directory: string | null;
}

export type Listing = Directories | { readonly type: "failed"; readonly reason: string };

export class NewSessionControl {
  readonly #model: AppModel;
  readonly #connections: MachineConnections;

  constructor(model: AppModel, connections: MachineConnections) {
    this.#model = model;
    this.#connections = connections;
  }

  /** Ask what a machine offers now; what cannot be had stays as it was known. */
  async look(deviceId: string): Promise<void> {
    const connection = this.#connections.of(deviceId);
    const requests: readonly Request[] = [
      { type: "agents.list" },
      { type: "commands.list" },
      { type: "places.list" },
    ];
    for (const answer of await Promise.allSettled(requests.map((request) => ask(connection, request)))) {
      if (answer.status === "rejected") continue;
      const message = answer.value;
      if (message.type === "agents")
        this.#model.dispatch({ type: "choices", deviceId, choices: { agents: message.agents } });
      if (message.type === "places") {
        const { home, places } = message;
        this.#model.dispatch({ type: "choices", deviceId, choices: { home, places } });
      }
    }
  }

  /** Save a command for all phones; returns why that failed, or null. */
  save(deviceId: string, { id, label, arguments: all, directory }: CommandDraft): Promise<string | null> {
    return this.#change(deviceId, {
      type: "commands.save",
      label,
      arguments: all,
      ...(directory === null ? {} : { directory }),
      ...(id === null ? {} : { command: id }),
    });
  }

  remove(deviceId: string, command: SavedCommand): Promise<string | null> {
    return this.#change(deviceId, { type: "commands.remove", command: command.id });
  }

  move(deviceId: string, command: SavedCommand, position: number): Promise<string | null> {
    return this.#change(deviceId, { type: "commands.move", command: command.id, position });
  }

  /** Return the subdirectories of a path, or of home. */
  async directories(deviceId: string, path: string | null, hidden: boolean): Promise<Listing> {
    try {
      const answer = await ask(this.#connections.of(deviceId), {
        type: "directories.list",
        ...(path === null ? {} : { path }),
        hidden,
      });
      if (answer.type === "directories") return answer;
      throw new TypeError(`${answer.type} is no answer to a request for directories`);
    } catch (error) {
      return { type: "failed", reason: failureText(error) };
    }
  }

  async #change(deviceId: string, request: Request): Promise<string | null> {
    try {
      await ask(this.#connections.of(deviceId), request);
      return null;
    } catch (error) {
      return failureText(error);
    }
  }
}
