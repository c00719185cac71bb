/** What was written on this phone, in IndexedDB: drafts of sessions, and each machine's history. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { historyFrom } from "./composer_history.ts";

/** Drafts of sessions that are long gone make room for others. */
export const MAX_DRAFTS = 50;

interface Draft {
  readonly deviceId: string;
  readonly sessionId: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

interface Schema extends DBSchema {
  drafts: { key: [string, string]; value: Draft };
  histories: { key: string; value: readonly string[] };
}

export class ComposerStore {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  static async open(): Promise<ComposerStore> {
    const database = await openDB<Schema>("loopsy-composer", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("drafts", { keyPath: ["deviceId", "sessionId"] });
        fresh.createObjectStore("histories");
      },
    });
    return new ComposerStore(database);
  }

  /** Return the drafts that are kept, and delete those that are too many. */
  async drafts(): Promise<Draft[]> {
    const drafts = await this.#database.getAll("drafts");
    drafts.sort((left, right) => right.writtenAt - left.writtenAt);
    for (const { deviceId, sessionId } of drafts.splice(MAX_DRAFTS))
      await this.#database.delete("drafts", [deviceId, sessionId]);
    return drafts;
  }

  /** Keep what is written in a session; an empty text is not kept. */
  async saveDraft(deviceId: string, sessionId: string, text: string): Promise<void> {
    if (text === "") await this.#database.delete("drafts", [deviceId, sessionId]);
    else await this.#database.put("drafts", { deviceId, sessionId, text, writtenAt: Date.now() });
  }

  /** Return each machine's history, oldest entry first. */
  async histories(): Promise<Map<string, readonly string[]>> {
    const histories = new Map<string, readonly string[]>();
    for (const deviceId of await this.#database.getAllKeys("histories"))
      histories.set(deviceId, historyFrom(await this.#database.get("histories", deviceId)));
    return histories;
  }

  async saveHistory(deviceId: string, history: readonly string[]): Promise<void> {
    await this.#database.put("histories", history, deviceId);
  }

  async clearHistories(): Promise<void> {
    await this.#database.clear("histories");
  }

  /** Delete all that was written for a machine. */
  async forget(deviceId: string): Promise<void> {
    await this.#database.delete("histories", deviceId);
    await this.#database.delete("drafts", IDBKeyRange.bound([deviceId, ""], [deviceId, []]));
  }
}
