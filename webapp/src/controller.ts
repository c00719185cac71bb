/** Puts together what the user can do: one control for each concern, over the same state and connections. */
import type { AppState, Route } from "./app.ts";
import { AppModel } from "./app_model.ts";
import { ComposerControl } from "./composer_control.ts";
import type { ComposerStore } from "./composer_store.ts";
import type { Surroundings } from "./connection_ports.ts";
import { FileControl } from "./file_control.ts";
import { presentRoute } from "./history_routes.ts";
import { MachineConnections } from "./machine_connections.ts";
import { Navigation } from "./navigation.ts";
import { NewSessionControl } from "./new_session_control.ts";
import { NoteKeeping } from "./note_keeping.ts";
import { PairingControl } from "./pairing_control.ts";
import { SessionControl } from "./session_control.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import { TerminalControl } from "./terminal_control.ts";
import { usageOf } from "./usage_asking.ts";
import { encodeText } from "./wire/bytes.ts";
import type { Usage } from "./wire/usage.ts";

export class Controller {
  readonly pairings: PairingControl;
  readonly sessions: SessionControl;
  readonly newSession: NewSessionControl;
  readonly terminal: TerminalControl;
  readonly composer: ComposerControl;
  readonly files: FileControl;
  readonly #model: AppModel;
  readonly #navigation: Navigation;
  readonly #store: Store;
  readonly #connections: MachineConnections;
  readonly #notes: NoteKeeping;

  constructor(store: Store, written: ComposerStore, surroundings: Surroundings, settings: Settings) {
    const model = new AppModel(settings);
    const navigation = new Navigation(model);
    const connections = new MachineConnections(model, store, surroundings, {
      greeted: (deviceId) => this.terminal.channelBegun(deviceId),
      begun: (deviceId) => this.files.channelBegun(deviceId),
      lost: (deviceId) => {
        this.terminal.channelLost(deviceId);
        this.files.channelLost(deviceId);
      },
      closed: (deviceId) => void this.files.forget(deviceId),
    });
    this.#model = model;
    this.#navigation = navigation;
    this.#store = store;
    this.#connections = connections;
    this.composer = new ComposerControl(written, store);
    this.pairings = new PairingControl(model, navigation, store, this.composer, surroundings, connections);
    this.#notes = new NoteKeeping(model, store);
    this.sessions = new SessionControl(model, navigation, connections, this.#notes);
    this.newSession = new NewSessionControl(model, connections);
    this.terminal = new TerminalControl(model, surroundings, connections, this.#notes);
    this.files = new FileControl(connections, store, (deviceId, sessionId, typed) => {
      this.terminal.inputs.of(deviceId, sessionId).append(encodeText(typed));
    });
  }

  get state(): AppState {
    return this.#model.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#model.subscribe(listener);
  }

  /** Load what is kept and connect; `fragment` is a pairing link's. */
  async start(fragment: string): Promise<void> {
    const [machines] = await Promise.all([this.#store.machines(), this.composer.load()]);
    await this.#notes.start(machines);
    this.#model.dispatch({ type: "loaded", machines, route: presentRoute() });
    // at once: a session on screen attaches to the connection that it finds
    for (const machine of machines) this.#connections.connect(machine);
    void this.files.load().catch(() => undefined); // without a store nothing was kept
    this.#navigation.follow();
    if (fragment !== "") this.pairings.pairWith(fragment);
  }

  go(route: Route): void {
    this.#navigation.go(route);
  }

  back(): void {
    this.#navigation.back();
  }

  /** Say whether the app is looked at. */
  show(visible: boolean): void {
    this.terminal.show(visible);
    if (visible) this.wake();
  }

  wake(): void {
    this.#connections.wake();
  }

  networkLost(): void {
    this.#connections.networkLost();
  }

  retry(deviceId: string): void {
    this.#connections.of(deviceId)?.connect();
  }

  /** Ask what a machine and its phones have used of the relay today; null if it does not tell. */
  usage(deviceId: string): Promise<Usage | null> {
    return usageOf(this.#connections.of(deviceId));
  }

  /** Change some of the settings and keep them. */
  changeSettings(change: Partial<Settings>): void {
    const settings = { ...this.state.settings, ...change };
    this.#model.dispatch({ type: "settings", settings });
    void this.#store.saveSettings(settings);
  }

  /** Show one sentence that goes away by itself. */
  notify(text: string): void {
    this.#model.notify(text);
  }
}
