/** What the user can do, and what the network makes of it: the only module that changes the app's state. */
import { type AppEvent, type AppState, INITIAL_STATE, parentOf, type Route, reduce } from "./app.ts";
import { Attachment, type TerminalPort } from "./attachment.ts";
import { MachineConnection } from "./connection.ts";
import type { Surroundings } from "./connection_ports.ts";
import { historyDepth, presentRoute, pushRoute, replaceRoute } from "./history_routes.ts";
import type { Machine } from "./machine.ts";
import { PairingAttempt } from "./pairing_attempt.ts";
import { revokeSelf } from "./self_revocation.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import { say, sayCount } from "./strings.ts";
import { UndeliveredInputs } from "./undelivered_inputs.ts";
import { type Bytes, encodeText } from "./wire/bytes.ts";
import type { Size } from "./wire/messages.ts";
import { decodeFragment, type Offer } from "./wire/pairing.ts";

const NOTICE_SECONDS = 6;
const TYPING_SETTING = "typing";

/** Where the user types: key by key into the terminal, or into the composer. */
export type Typing = "keys" | "line";

export class Controller {
  state: AppState;
  typing: Typing = "keys";
  readonly #store: Store;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  readonly #connections = new Map<string, MachineConnection>();
  readonly inputs = new UndeliveredInputs();
  #attachment: Attachment | null = null;
  #attachedDevice: string | null = null;
  #pairing: PairingAttempt | null = null;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store, surroundings: Surroundings, settings: Settings) {
    this.state = { ...INITIAL_STATE, settings };
    this.#store = store;
    this.#surroundings = surroundings;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Load what is kept and connect; `fragment` is a pairing link's. */
  async start(fragment: string): Promise<void> {
    if ((await this.#store.setting(TYPING_SETTING)) === "line") this.typing = "line";
    const machines = await this.#store.machines();
    this.#dispatch({ type: "loaded", machines, route: presentRoute() });
    for (const machine of machines) this.#connect(machine);
    window.addEventListener("popstate", () => this.#show(presentRoute()));
    if (fragment !== "") this.pairWith(fragment);
  }

  go(route: Route): void {
    pushRoute(route);
    this.#show(route);
  }

  /** Go up one screen: where the user came from, or after a reload what is above this one. */
  back(): void {
    if (historyDepth() > 0) {
      history.back();
      return;
    }
    const parent = parentOf(this.state.route);
    replaceRoute(parent);
    this.#show(parent);
  }

  wake(): void {
    for (const connection of this.#connections.values()) connection.wake();
  }

  networkLost(): void {
    for (const connection of this.#connections.values()) connection.networkLost();
  }

  retry(deviceId: string): void {
    this.#connections.get(deviceId)?.connect();
  }

  /** Show the first step of pairing, for a link that is pasted. */
  pair(): void {
    this.#pairing?.cancel();
    this.#dispatch({ type: "pairing", view: { step: "link" } });
    this.go({ screen: "pair" });
  }

  /** Pair with the text behind `#` of a link. */
  pairWith(fragment: string): void {
    this.#pairing?.cancel();
    this.#show({ screen: "pair" });
    let offer: Offer;
    try {
      offer = decodeFragment(fragment);
    } catch {
      this.#dispatch({ type: "pairing", view: { step: "over", reason: "bad_link" } });
      return;
    }
    this.#pairing = new PairingAttempt(offer, this.#surroundings, {
      changed: (view) => this.#dispatch({ type: "pairing", view }),
      paired: (machine) => void this.#paired(machine),
    });
  }

  submitCode(code: string, label: string): void {
    void this.#pairing?.submit(code, label);
  }

  cancelPairing(): void {
    this.#pairing?.cancel();
    this.#pairing = null;
    this.back();
    this.#dispatch({ type: "pairing", view: null });
  }

  openSession(deviceId: string, agent: string, size: Size): void {
    const connection = this.#connections.get(deviceId);
    if (!connection || this.state.opening !== null) return;
    this.#dispatch({ type: "opening", deviceId });
    connection.request(
      { type: "open", agent, ...size },
      {
        replied: (message) => {
          this.#dispatch({ type: "opening", deviceId: null });
          if (message.type === "opened")
            this.go({ screen: "terminal", deviceId, sessionId: message.session.id });
        },
        failed: (failure) => {
          this.#dispatch({ type: "opening", deviceId: null });
          this.notify(failure.hint === null ? failure.message : `${failure.message} ${failure.hint}`);
        },
      },
    );
  }

  dismissSession(deviceId: string, sessionId: string): void {
    const failed = ({ message }: { message: string }): void => this.notify(message);
    this.#connections
      .get(deviceId)
      ?.request({ type: "dismiss", session: sessionId }, { replied: () => undefined, failed });
  }

  /** Put a session's stream into a terminal; returns how to leave it. */
  attach(deviceId: string, sessionId: string, terminal: TerminalPort): Attachment | null {
    const connection = this.#connections.get(deviceId);
    if (!connection) return null;
    const input = this.inputs.of(deviceId, sessionId);
    const visible = this.#surroundings.isVisible();
    const attachment = new Attachment(connection, sessionId, input, terminal, visible, () => {
      if (this.#attachment === attachment) this.#dispatch({ type: "attachment", view: attachment.view });
    });
    this.#attachment = attachment;
    this.#attachedDevice = deviceId;
    this.#dispatch({ type: "attachment", view: attachment.view });
    return attachment;
  }

  leave(attachment: Attachment): void {
    attachment.detach();
    const { status, undelivered } = attachment.view;
    if (undelivered.length > 0 && (status === "live" || status === "loading"))
      this.notify(say("terminal.delivered_later"));
    if (this.#attachment !== attachment) return;
    this.#attachment = null;
    this.#attachedDevice = null;
  }

  type(text: string): void {
    this.typeBytes(encodeText(text));
  }

  typeBytes(data: Bytes): void {
    if (this.#attachment?.type(data) !== false) return;
    const { status } = this.#attachment.view;
    if (status === "live" || status === "loading") this.notify(say("terminal.too_much"));
  }

  /** Take back what was typed and not sent yet. */
  discardUnsent(): void {
    this.#attachment?.discardUnsent();
  }

  /** Say what became of input that was under way when the page was left. */
  tellLost(characters: number): void {
    if (characters > 0) this.notify(sayCount("terminal.lost", characters));
  }

  /** Say whether the app is looked at. */
  show(visible: boolean): void {
    this.#attachment?.show(visible);
    if (visible) this.wake();
  }

  /** Get more of what lies above the terminal's oldest line. */
  wantOlder(): void {
    this.#attachment?.wantOlder();
  }

  /** Make the program on screen as large as this phone shows. */
  claimSize(): void {
    this.#attachment?.claim();
  }

  rememberTyping(typing: Typing): void {
    if (this.typing === typing) return;
    this.typing = typing;
    void this.#store.setSetting(TYPING_SETTING, typing);
  }

  /** Change some of the settings and keep them. */
  changeSettings(change: Partial<Settings>): void {
    const settings = { ...this.state.settings, ...change };
    this.#dispatch({ type: "settings", settings });
    void this.#store.saveSettings(settings);
  }

  /** End the pairing from this side: at the relay, and here even if the relay does not answer. */
  async unpair(machine: Machine): Promise<void> {
    const isRevoked = await revokeSelf(this.#surroundings.relayOrigin, machine);
    await this.forget(machine.deviceId);
    const said = isRevoked ? "settings.forgotten" : "settings.forgotten_here";
    this.notify(say(said, { machine: machine.name }));
  }

  async forget(deviceId: string): Promise<void> {
    this.#connections.get(deviceId)?.close();
    this.#connections.delete(deviceId);
    await this.#store.forget(deviceId);
    this.#dispatch({ type: "machine_forgotten", deviceId });
    replaceRoute(this.state.route);
  }

  notify(text: string): void {
    clearTimeout(this.#noticeTimer);
    this.#dispatch({ type: "notice", text });
    this.#noticeTimer = setTimeout(
      () => this.#dispatch({ type: "notice", text: null }),
      NOTICE_SECONDS * 1_000,
    );
  }

  #connect(machine: Machine): void {
    const { deviceId } = machine;
    this.#connections.get(deviceId)?.close();
    const connection = new MachineConnection(machine, this.#surroundings, {
      changed: () => {
        const { phase, answers, sessions, welcome } = connection;
        const { agents = [], daemon } = welcome ?? {};
        const view = { phase, answers, sessions, agents, version: daemon?.version ?? null };
        this.#dispatch({ type: "connection", deviceId, view });
      },
      welcomed: (welcome) => {
        void this.#remember(deviceId, welcome.daemon.name);
        if (this.#attachedDevice === deviceId) this.#attachment?.attach();
      },
      lost: () => {
        if (this.#attachedDevice === deviceId) this.#attachment?.connectionLost();
      },
    });
    this.#connections.set(deviceId, connection);
    connection.connect();
  }

  async #paired(machine: Machine): Promise<void> {
    await this.#store.save(machine);
    this.#pairing = null;
    this.#dispatch({ type: "machine_saved", machine });
    this.#connect(machine);
    const route: Route = { screen: "machine", deviceId: machine.deviceId };
    replaceRoute(route);
    this.#show(route);
    this.#dispatch({ type: "pairing", view: null });
  }

  async #remember(deviceId: string, name: string): Promise<void> {
    const machine = this.state.machines.find((known) => known.deviceId === deviceId);
    if (!machine) return;
    const seen = { ...machine, name, lastSeenAt: Date.now() / 1_000 };
    this.#dispatch({ type: "machine_saved", machine: seen });
    await this.#store.save(seen);
  }

  #show(route: Route): void {
    this.#dispatch({ type: "went", route });
  }

  #dispatch(event: AppEvent): void {
    this.state = reduce(this.state, event);
    for (const listener of this.#listeners) listener();
  }
}
