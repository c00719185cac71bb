/** Paired machines in IndexedDB, where keys can be kept that no script can read. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Machine } from "./machine.ts";

interface Schema extends DBSchema {
  machines: { key: string; value: Machine };
  settings: { key: string; value: string };
}

export class Store {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  static async open(): Promise<Store> {
    const database = await openDB<Schema>("loopsy", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("machines", { keyPath: "deviceId" });
        fresh.createObjectStore("settings");
      },
    });
    return new Store(database);
  }

  /** Return the machines in the order in which they were paired. */
  async machines(): Promise<Machine[]> {
    const machines = await this.#database.getAll("machines");
    return machines.sort((left, right) => left.pairedAt - right.pairedAt);
  }

  async save(machine: Machine): Promise<void> {
    await this.#database.put("machines", machine);
  }

  async forget(deviceId: string): Promise<void> {
    await this.#database.delete("machines", deviceId);
  }

  /** Read a setting that is no secret, such as how the user likes to type. */
  async setting(name: string): Promise<string | undefined> {
    return this.#database.get("settings", name);
  }

  async setSetting(name: string, value: string): Promise<void> {
    await this.#database.put("settings", value, name);
  }
}
