/** Keeps what this phone notes about machines: loaded at the start, written at every change. */
import { notesOf } from "./app.ts";
import type { AppModel } from "./app_model.ts";
import type { Machine } from "./machine.ts";
import { withLooked } from "./machine_notes.ts";
import type { Store } from "./store.ts";

export class NoteKeeping {
  readonly #model: AppModel;
  readonly #store: Store;

  constructor(model: AppModel, store: Store) {
    this.#model = model;
    this.#store = store;
  }

  /** Load the notes about these machines, and keep them and those to come. */
  async start(machines: readonly Machine[]): Promise<void> {
    for (const { deviceId } of machines)
      this.#model.dispatch({ type: "notes", deviceId, notes: await this.#store.notes(deviceId) });
    let kept = this.#model.state.notes;
    this.#model.subscribe(() => {
      const { notes } = this.#model.state;
      if (notes === kept) return;
      for (const [deviceId, changed] of Object.entries(notes))
        if (changed !== kept[deviceId]) void this.#store.saveNotes(deviceId, changed);
      kept = notes;
    });
  }

  /** This phone has shown a session's output up to here. */
  looked(deviceId: string, sessionId: string, offset: number): void {
    const notes = withLooked(notesOf(this.#model.state, deviceId), sessionId, offset);
    this.#model.dispatch({ type: "notes", deviceId, notes });
  }

  /** This is what was opened last. */
  opened(deviceId: string, agent: string, directory: string | null): void {
    const notes = { ...notesOf(this.#model.state, deviceId), agent, directory };
    this.#model.dispatch({ type: "notes", deviceId, notes });
  }
}
