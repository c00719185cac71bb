/** Puts together what the user can do: one control for each concern, over the same state and connections. */
import type { AppState, Route } from "./app.ts";
import { ComposerControl } from "./composer_control.ts";
import type { ComposerStore } from "./composer_store.ts";
import type { Entrance } from "./entrance.ts";
import { FileControl } from "./file_control.ts";
import type { Machine } from "./machine.ts";
import { MachineConnections } from "./machine_connections.ts";
import { NewSessionControl } from "./new_session_control.ts";
import { NoteKeeping } from "./note_keeping.ts";
import { PairingAttempt, type PairingEvents } from "./pairing_attempt.ts";
import type { MachineMaker, PairingControl } from "./pairing_control.ts";
import { SessionControl } from "./session_control.ts";
import type { Settings } from "./settings.ts";
import { TerminalControl } from "./terminal_control.ts";
import { Unpairing } from "./unpairing.ts";
import { usageOf } from "./usage_asking.ts";
import { encodeText } from "./wire/bytes.ts";
import type { Offer } from "./wire/pairing.ts";
import type { Usage } from "./wire/usage.ts";

export class Controller implements MachineMaker {
  readonly pairings: PairingControl;
  readonly unpairing: Unpairing;
  readonly sessions: SessionControl;
  readonly newSession: NewSessionControl;
  readonly terminal: TerminalControl;
  readonly composer: ComposerControl;
  readonly files: FileControl;
  readonly #entrance: Entrance;
  readonly #connections: MachineConnections;
  readonly #notes: NoteKeeping;

  constructor(entrance: Entrance, written: ComposerStore) {
    const { model, navigation, store, surroundings } = entrance;
    const connections = new MachineConnections(model, store, surroundings, {
      greeted: (deviceId) => this.terminal.channelBegun(deviceId),
      begun: (deviceId) => this.files.channelBegun(deviceId),
      lost: (deviceId) => {
        this.terminal.channelLost(deviceId);
        this.files.channelLost(deviceId);
      },
      closed: (deviceId) => void this.files.forget(deviceId),
    });
    this.#entrance = entrance;
    this.#connections = connections;
    this.pairings = entrance.pairings;
    this.composer = new ComposerControl(written, store);
    this.unpairing = new Unpairing(model, store, this.composer, surroundings.relayOrigin, connections);
    this.#notes = new NoteKeeping(model, store);
    this.sessions = new SessionControl(model, navigation, connections, this.#notes);
    this.newSession = new NewSessionControl(model, connections);
    this.terminal = new TerminalControl(model, surroundings, connections, this.#notes);
    this.files = new FileControl(connections, store, (deviceId, sessionId, typed) => {
      this.terminal.inputs.of(deviceId, sessionId).append(encodeText(typed));
    });
  }

  get state(): AppState {
    return this.#entrance.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#entrance.subscribe(listener);
  }

  /** Load what is kept about the machines that are known, and connect with them. */
  async start(): Promise<void> {
    const { machines } = this.state;
    await Promise.all([this.composer.load(), this.#notes.start(machines)]);
    // before any of their screens is there: a session on screen attaches to the connection that it finds
    for (const machine of machines) this.#connections.connect(machine);
    void this.files.load().catch(() => undefined); // without a store nothing was kept
  }

  attempt(offer: Offer, events: PairingEvents): PairingAttempt {
    return new PairingAttempt(offer, this.#entrance.surroundings, events);
  }

  async welcome(machine: Machine): Promise<void> {
    await this.#entrance.store.save(machine);
    this.#entrance.model.dispatch({ type: "machine_saved", machine });
    this.#connections.connect(machine);
  }

  go(route: Route): void {
    this.#entrance.go(route);
  }

  back(): void {
    this.#entrance.back();
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
    this.wake(); // what kept one from its machine may keep others
  }

  /** Ask what a machine and its phones have used of the relay today; null if it does not tell. */
  usage(deviceId: string): Promise<Usage | null> {
    return usageOf(this.#connections.of(deviceId));
  }

  /** Change some of the settings and keep them. */
  changeSettings(change: Partial<Settings>): void {
    const settings = { ...this.state.settings, ...change };
    this.#entrance.model.dispatch({ type: "settings", settings });
    void this.#entrance.store.saveSettings(settings);
  }

  /** Show one sentence that goes away by itself. */
  notify(text: string): void {
    this.#entrance.model.notify(text);
  }
}
