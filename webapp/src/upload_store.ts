/** Uploads that are not complete, in IndexedDB, so that they go on after the page was loaded anew. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Bytes } from "./wire/bytes.ts";

/** A larger file is not copied into the browser's store: it has to be chosen again. */
export const MAX_KEPT_BYTES = 64 * 1_048_576;
/** The machine forgets what it has of an upload after a day. */
const KEPT_MILLISECONDS = 86_400_000;

export interface KeptUpload {
  readonly id: string;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly key: Bytes;
  readonly name: string;
  readonly sizeBytes: number;
  readonly lastModified: number;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  readonly file: Blob | null;
}

interface Schema extends DBSchema {
  uploads: { key: string; value: KeptUpload };
}

export class UploadStore {
  readonly #database: Promise<IDBPDatabase<Schema>>;

  /** Opened when it is first needed: most visits send no file. */
  constructor() {
    this.#database = openDB<Schema>("loopsy-uploads", 1, {
      upgrade: (fresh) => void fresh.createObjectStore("uploads", { keyPath: "id" }),
    });
  }

  /** Return what is kept, oldest first, and delete what is too old to go on. */
  async all(): Promise<KeptUpload[]> {
    const database = await this.#database;
    const uploads = await database.getAll("uploads");
    const oldest = Date.now() - KEPT_MILLISECONDS;
    for (const { id, begunAt } of uploads) if (begunAt < oldest) await database.delete("uploads", id);
    return uploads
      .filter(({ begunAt }) => begunAt >= oldest)
      .sort((left, right) => left.begunAt - right.begunAt);
  }

  /** Keep an upload; where the file finds no room, its description alone. */
  async save(upload: KeptUpload): Promise<void> {
    const database = await this.#database;
    try {
      await database.put("uploads", upload);
    } catch {
      await database.put("uploads", { ...upload, file: null });
    }
  }

  async delete(id: string): Promise<void> {
    await (await this.#database).delete("uploads", id);
  }

  async forget(deviceId: string): Promise<void> {
    for (const upload of await this.all()) if (upload.deviceId === deviceId) await this.delete(upload.id);
  }
}
