/** What the user can do, and what the network makes of it: the only module that changes the app's state. */
import { type AppEvent, type AppState, INITIAL_STATE, type Route, reduce, routeFrom } from "./app.ts";
import { Attachment, type TerminalPort } from "./attachment.ts";
import { MachineConnection } from "./connection.ts";
import type { Surroundings } from "./connection_ports.ts";
import type { Machine } from "./machine.ts";
import { PairingAttempt } from "./pairing_attempt.ts";
import type { Store } from "./store.ts";
import { type Bytes, encodeText } from "./wire/bytes.ts";
import { InputBuffer } from "./wire/input_buffer.ts";
import type { Size } from "./wire/messages.ts";
import { decodeFragment, type Offer } from "./wire/pairing.ts";

const NOTICE_SECONDS = 6;
const TYPING_SETTING = "typing";

/** Where the user types: key by key into the terminal, or into the composer. */
export type Typing = "keys" | "line";

export class Controller {
  state: AppState = INITIAL_STATE;
  typing: Typing = "keys";
  readonly #store: Store;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  readonly #connections = new Map<string, MachineConnection>();
  /** Input outlives connections and screens; the key names machine and session. */
  readonly #inputs = new Map<string, InputBuffer>();
  #attachment: Attachment | null = null;
  #attachedDevice: string | null = null;
  #pairing: PairingAttempt | null = null;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store, surroundings: Surroundings) {
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
    this.#dispatch({ type: "loaded", machines, route: routeFrom(history.state) });
    for (const machine of machines) this.#connect(machine);
    window.addEventListener("popstate", () => this.#show(routeFrom(history.state)));
    if (fragment !== "") this.pairWith(fragment);
  }

  go(route: Route): void {
    history.pushState({ ...route, depth: historyDepth() + 1 }, "");
    this.#show(route);
  }

  /** Go up one screen: where the user came from, or after a reload what is above this one. */
  back(): void {
    if (historyDepth() > 0) {
      history.back();
      return;
    }
    const { route } = this.state;
    const parent: Route =
      route.screen === "terminal" ? { screen: "machine", deviceId: route.deviceId } : { screen: "machines" };
    history.replaceState(parent, "");
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
    const key = `${deviceId}/${sessionId}`;
    const input = this.#inputs.get(key) ?? new InputBuffer();
    this.#inputs.set(key, input);
    const attachment = new Attachment(connection, sessionId, input, terminal, () => {
      if (this.#attachment === attachment) this.#dispatch({ type: "attachment", view: attachment.view });
    });
    this.#attachment = attachment;
    this.#attachedDevice = deviceId;
    this.#dispatch({ type: "attachment", view: attachment.view });
    return attachment;
  }

  leave(attachment: Attachment): void {
    attachment.detach();
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
    if (status === "live" || status === "loading")
      this.notify("Not sent: too much is waiting to be delivered.");
  }

  /** Take back what was typed and not sent yet. */
  discardUnsent(): void {
    this.#attachment?.discardUnsent();
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

  async forget(deviceId: string): Promise<void> {
    this.#connections.get(deviceId)?.close();
    this.#connections.delete(deviceId);
    await this.#store.forget(deviceId);
    this.#dispatch({ type: "machine_forgotten", deviceId });
    history.replaceState({ screen: "machines", depth: historyDepth() }, "");
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
        const view = { phase, answers, sessions, agents: welcome?.agents ?? [] };
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
    history.replaceState({ ...route, depth: historyDepth() }, "");
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

/** How many screens of this app lie below the present one in the browser's history. */
function historyDepth(): number {
  const { depth } = (history.state ?? {}) as { depth?: unknown };
  return typeof depth === "number" ? depth : 0;
}
