/** Paired machines in IndexedDB, where keys can be kept that no script can read. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Machine } from "./machine.ts";
import { type MachineNotes, notesFrom } from "./machine_notes.ts";
import { type Settings, settingsFrom } from "./settings.ts";

const SETTINGS_KEY = "settings";
const NOTES_PREFIX = "notes/";

interface Schema extends DBSchema {
  machines: { key: string; value: Machine };
  /** Settings under a name of their own, and single words under theirs. */
  settings: { key: string; value: string | Settings };
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

  /** Return what was noted about a machine. */
  async notes(deviceId: string): Promise<MachineNotes> {
    return notesFrom(await this.setting(`${NOTES_PREFIX}${deviceId}`));
  }

  async saveNotes(deviceId: string, notes: MachineNotes): Promise<void> {
    await this.setSetting(`${NOTES_PREFIX}${deviceId}`, JSON.stringify(notes));
  }

  async save(machine: Machine): Promise<void> {
    await this.#database.put("machines", machine);
  }

  async forget(deviceId: string): Promise<void> {
    await this.#database.delete("settings", `${NOTES_PREFIX}${deviceId}`);
    await this.#database.delete("machines", deviceId);
  }

  /** Return the settings; what cannot be read any more is the default. */
  async settings(): Promise<Settings> {
    return settingsFrom(await this.#database.get("settings", SETTINGS_KEY));
  }

  async saveSettings(settings: Settings): Promise<void> {
    await this.#database.put("settings", settings, SETTINGS_KEY);
  }

  /** Read a setting that is no secret, such as how the user likes to type. */
  async setting(name: string): Promise<string | undefined> {
    const kept = await this.#database.get("settings", name);
    return typeof kept === "string" ? kept : undefined;
  }

  async setSetting(name: string, value: string): Promise<void> {
    await this.#database.put("settings", value, name);
  }
}
