/** What the user can do with files: send some to a session, fetch one, cancel, try again. */
import { Download } from "./download.ts";
import type { MachineConnections } from "./machine_connections.ts";
import { saveFile } from "./saving.ts";
import type { Store } from "./store.ts";
import { TransferList } from "./transfer_list.ts";
import type { TransferView } from "./transfer_view.ts";
import { Upload } from "./upload.ts";
import { type KeptUpload, MAX_KEPT_BYTES, UploadStore } from "./upload_store.ts";
import { TRANSFER_KEY_BYTES } from "./wire/limits.ts";

const SHRINKS_SETTING = "shrinks_photos";
/** A name is a wish; of a longer one the end tells more. */
const MAX_NAME_CHARACTERS = 256;
const DONE_SHOWN_SECONDS = 5;

/** Puts a path where the user writes in this session; with nobody there, it waits as typed input. */
export type Landing = (deviceId: string, sessionId: string, typed: string) => void;

export class FileControl {
  readonly list = new TransferList();
  readonly #connections: MachineConnections;
  readonly #landed: Landing;
  readonly #settings: Store;
  readonly #store = new UploadStore();
  readonly #kept = new Map<string, KeptUpload>();
  #shrinksPhotos = false;
  readonly #places = new Map<string, (typed: string) => void>();

  constructor(connections: MachineConnections, settings: Store, landed: Landing) {
    this.#settings = settings;
    this.#connections = connections;
    this.#landed = landed;
  }

  /** Whether photos are made smaller before they are sent. */
  get shrinksPhotos(): boolean {
    return this.#shrinksPhotos;
  }

  shrinkPhotos(shrinks: boolean): void {
    this.#shrinksPhotos = shrinks;
    void this.#settings.setSetting(SHRINKS_SETTING, shrinks ? "yes" : "no");
  }

  /** Go on with what a former visit did not complete. */
  async load(): Promise<void> {
    this.#shrinksPhotos = (await this.#settings.setting(SHRINKS_SETTING)) === "yes";
    for (const kept of await this.#store.all()) this.#take(kept, kept.file);
  }

  /** Send files to a session, one after the other. */
  send(deviceId: string, sessionId: string, files: Iterable<File>): void {
    for (const file of files) {
      const kept: KeptUpload = {
        id: crypto.randomUUID(),
        deviceId,
        sessionId,
        key: crypto.getRandomValues(new Uint8Array(TRANSFER_KEY_BYTES)),
        name: file.name.slice(-MAX_NAME_CHARACTERS) || "file",
        sizeBytes: file.size,
        lastModified: file.lastModified,
        begunAt: Date.now(),
        file: file.size <= MAX_KEPT_BYTES ? file : null,
      };
      void this.#store.save(kept).catch(() => undefined); // without a store it goes on as long as the page lives
      this.#take(kept, file);
    }
    this.#startNext(deviceId);
  }

  /** Fetch a file by its path, which begins where the session's program is. */
  fetch(deviceId: string, sessionId: string, path: string): void {
    const id = crypto.randomUUID();
    const download = new Download(sessionId, path, {
      changed: (change) => {
        this.list.change(id, change);
        if (change.file) saveFile(change.file);
      },
      stopped: () => this.#startNext(deviceId),
    });
    const name = path.split("/").at(-1) || path;
    this.list.add(
      { ...NEW, id, direction: "download", deviceId, sessionId, name, sizeBytes: null },
      download,
    );
    this.#startNext(deviceId);
  }

  /** Take it off the list: what runs is cancelled, and what has arrived of an upload removed. */
  remove(id: string): void {
    const view = this.list.view(id);
    this.list.work(id)?.cancel();
    this.#forgetKept(id);
    this.list.remove(id);
    if (view) this.#startNext(view.deviceId);
  }

  retry(id: string): void {
    const view = this.list.view(id);
    if (view?.status !== "failed") return;
    this.list.change(id, { status: "waiting", failure: null });
    this.#startNext(view.deviceId);
  }

  /** Go on with a file that had to be chosen again; false if it is another one. */
  choose(id: string, file: File): boolean {
    const kept = this.#kept.get(id);
    if (kept === undefined || file.size !== kept.sizeBytes || file.lastModified !== kept.lastModified)
      return false;
    this.#take(kept, file);
    this.#startNext(kept.deviceId);
    return true;
  }

  /** Say where paths of this session's files go while somebody looks at it; returns what ends that. */
  landAt(deviceId: string, sessionId: string, place: (typed: string) => void): () => void {
    const where = `${deviceId}/${sessionId}`;
    this.#places.set(where, place);
    return () => {
      if (this.#places.get(where) === place) this.#places.delete(where);
    };
  }

  channelBegun(deviceId: string): void {
    this.#startNext(deviceId);
  }

  channelLost(deviceId: string): void {
    for (const work of this.list.running(deviceId)) work.connectionLost();
  }

  /** Drop all that belongs to a machine that is forgotten. */
  async forget(deviceId: string): Promise<void> {
    for (const view of this.list.views) if (view.deviceId === deviceId) this.remove(view.id);
    await this.#store.forget(deviceId).catch(() => undefined);
  }

  #take(kept: KeptUpload, file: Blob | null): void {
    const { id, deviceId, sessionId, key, name, sizeBytes } = kept;
    this.#kept.set(id, kept);
    const view: TransferView = { ...NEW, id, direction: "upload", deviceId, sessionId, name, sizeBytes };
    if (file === null) {
      this.list.add({ ...view, status: "unreadable" }, null);
      return;
    }
    const read = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> =>
      new Uint8Array(await file.slice(start, end).arrayBuffer());
    const upload = new Upload(
      { sessionId, key, name, sizeBytes, read },
      {
        changed: (change) => this.list.change(id, change),
        landed: (typed) => this.#land(id, deviceId, sessionId, `${typed} `),
        stopped: () => this.#startNext(deviceId),
      },
    );
    this.list.add(view, upload);
  }

  #land(id: string, deviceId: string, sessionId: string, typed: string): void {
    this.#forgetKept(id);
    setTimeout(() => this.list.remove(id), DONE_SHOWN_SECONDS * 1_000);
    const place = this.#places.get(`${deviceId}/${sessionId}`);
    if (place) place(typed);
    else this.#landed(deviceId, sessionId, typed);
  }

  #forgetKept(id: string): void {
    if (this.#kept.delete(id)) void this.#store.delete(id).catch(() => undefined);
  }

  #startNext(deviceId: string): void {
    const connection = this.#connections.of(deviceId);
    if (connection?.phase.name !== "online") return;
    for (const work of this.list.next(deviceId)) work.start(connection);
  }
}

const NEW = { doneBytes: 0, bytesPerSecond: null, status: "waiting", failure: null, file: null } as const;
