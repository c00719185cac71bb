/** The transfers of this visit in their order: what the screen shows of them, and which of them may run. */
import type { MachineConnection } from "./connection.ts";
import type { TransferChange, TransferView } from "./transfer_view.ts";

/** What moves one file. */
export interface TransferWork {
  start(connection: MachineConnection): void;
  connectionLost(): void;
  cancel(): void;
}

interface Entry {
  view: TransferView;
  work: TransferWork | null;
}

export class TransferList {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #views: readonly TransferView[] = [];

  get views(): readonly TransferView[] {
    return this.#views;
  }

  /** Call `listener` at every change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(view: TransferView, work: TransferWork | null): void {
    this.#entries.set(view.id, { view, work });
    this.#changed();
  }

  view(id: string): TransferView | null {
    return this.#entries.get(id)?.view ?? null;
  }

  work(id: string): TransferWork | null {
    return this.#entries.get(id)?.work ?? null;
  }

  change(id: string, change: TransferChange): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.view = { ...entry.view, ...change };
    this.#changed();
  }

  remove(id: string): void {
    this.#entries.delete(id);
    this.#changed();
  }

  /** Return the works of a machine that run now. */
  running(deviceId: string): TransferWork[] {
    return this.#of(deviceId).flatMap(({ view, work }) => (isRunning(view) && work !== null ? [work] : []));
  }

  /** Return what may start now on a machine: of each direction one at a time, in order. */
  next(deviceId: string): TransferWork[] {
    const entries = this.#of(deviceId);
    return (["upload", "download"] as const).flatMap((direction) => {
      const ours = entries.filter(({ view }) => view.direction === direction);
      if (ours.some(({ view }) => isRunning(view))) return [];
      const first = ours.find(({ view, work }) => view.status === "waiting" && work !== null);
      return first?.work ? [first.work] : [];
    });
  }

  #of(deviceId: string): Entry[] {
    return [...this.#entries.values()].filter(({ view }) => view.deviceId === deviceId);
  }

  #changed(): void {
    this.#views = [...this.#entries.values()].map(({ view }) => view);
    for (const listener of this.#listeners) listener();
  }
}

function isRunning({ status }: TransferView): boolean {
  return status === "running" || status === "checking";
}
