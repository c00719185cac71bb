/** The app's state and who watches it: the one place where an event makes another state. */
import { type AppEvent, type AppState, INITIAL_STATE, reduce } from "./app.ts";
import type { Settings } from "./settings.ts";

const NOTICE_SECONDS = 6;

export class AppModel {
  #state: AppState;
  readonly #listeners = new Set<() => void>();
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: Settings) {
    this.#state = { ...INITIAL_STATE, settings };
  }

  get state(): AppState {
    return this.#state;
  }

  /** Call `listener` at every change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(event: AppEvent): void {
    this.#state = reduce(this.#state, event);
    for (const listener of this.#listeners) listener();
  }

  /** Show one sentence that goes away by itself. */
  notify(text: string): void {
    clearTimeout(this.#noticeTimer);
    this.dispatch({ type: "notice", text });
    this.#noticeTimer = setTimeout(
      () => this.dispatch({ type: "notice", text: null }),
      NOTICE_SECONDS * 1_000,
    );
  }
}
