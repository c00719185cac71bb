/** What the user can do with the sessions of a machine, without looking into one. */
import type { AppModel } from "./app_model.ts";
import { ask, failureText } from "./asking.ts";
import type { MachineConnections } from "./machine_connections.ts";
import type { Navigation } from "./navigation.ts";
import type { Wish } from "./new_session.ts";
import type { NoteKeeping } from "./note_keeping.ts";
import type { Request, Size } from "./wire/messages.ts";

export class SessionControl {
  readonly #model: AppModel;
  readonly #navigation: Navigation;
  readonly #connections: MachineConnections;
  readonly #notes: NoteKeeping;

  constructor(model: AppModel, navigation: Navigation, connections: MachineConnections, notes: NoteKeeping) {
    this.#model = model;
    this.#navigation = navigation;
    this.#connections = connections;
    this.#notes = notes;
  }

  /** Start a session and show it in place of the present sheet; returns why that failed, or null. */
  async open(deviceId: string, wish: Wish, size: Size): Promise<string | null> {
    if (this.#model.state.opening !== null) return null;
    this.#model.dispatch({ type: "opening", deviceId });
    const { agent, directory, name } = wish;
    try {
      const answer = await ask(this.#connections.of(deviceId), {
        type: "open",
        agent,
        ...(name === "" ? {} : { name }),
        ...(directory === null ? {} : { cwd: directory }),
        ...size,
      });
      this.#notes.opened(deviceId, agent, directory);
      if (answer.type === "opened" && isOnMachine(this.#model, deviceId))
        this.#navigation.replace({ screen: "terminal", deviceId, sessionId: answer.session.id });
      return null;
    } catch (error) {
      return failureText(error);
    } finally {
      this.#model.dispatch({ type: "opening", deviceId: null });
    }
  }

  /** Give a session another name; returns why that failed, or null. */
  rename(deviceId: string, session: string, name: string): Promise<string | null> {
    return this.#ask(deviceId, { type: "rename", session, name });
  }

  /** End a session's program. */
  kill(deviceId: string, session: string): Promise<string | null> {
    return this.#ask(deviceId, { type: "kill", session });
  }

  /** Forget a session that has ended. */
  dismiss(deviceId: string, session: string): Promise<string | null> {
    return this.#ask(deviceId, { type: "dismiss", session });
  }

  /** Ask for the list anew, with what sessions show and when they were active last. */
  refresh(deviceId: string): void {
    void this.#ask(deviceId, { type: "list" });
  }

  async #ask(deviceId: string, request: Request): Promise<string | null> {
    try {
      await ask(this.#connections.of(deviceId), request);
      return null;
    } catch (error) {
      return failureText(error);
    }
  }
}

/** Whether the user still waits where the wish was made: who has gone elsewhere is not called back. */
function isOnMachine(model: AppModel, deviceId: string): boolean {
  const { route } = model.state;
  return route.screen === "machine" && route.deviceId === deviceId;
}
