/** The app's state, and how events change it: no browser in here. */
import type { AttachmentView } from "./attachment.ts";
import type { Answers, Phase } from "./connection_state.ts";
import type { Machine } from "./machine.ts";
import { type MachineNotes, NO_NOTES, notesAfterList } from "./machine_notes.ts";
import { type Choices, NO_CHOICES } from "./new_session.ts";
import type { PairingView } from "./pairing_view.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import type { AgentInfo } from "./wire/commands.ts";
import type { SessionInfo } from "./wire/messages.ts";

export type Route =
  | { readonly screen: "machines" }
  | { readonly screen: "pair" }
  | { readonly screen: "settings" }
  | { readonly screen: "machine"; readonly deviceId: string; readonly sheet?: Sheet }
  | { readonly screen: "terminal"; readonly deviceId: string; readonly sessionId: string };

/** What lies over the lower part of a machine's screen: a new session, or what can be done with one. */
export type Sheet = { readonly kind: "new" } | { readonly kind: "session"; readonly sessionId: string };

export type Unsupported = "insecure_context" | "old_browser" | "no_storage";

export interface ConnectionView {
  readonly phase: Phase;
  readonly answers: Answers;
  /** The last sessions heard of; null before the first time. */
  readonly sessions: readonly SessionInfo[] | null;
  readonly agents: readonly AgentInfo[];
  /** The version of Loopsy there, once it was heard of. */
  readonly version: string | null;
}

export interface AppState {
  readonly loaded: boolean;
  readonly unsupported: Unsupported | null;
  readonly route: Route;
  readonly machines: readonly Machine[];
  readonly connections: Readonly<Record<string, ConnectionView>>;
  readonly pairing: PairingView | null;
  readonly attachment: AttachmentView | null;
  /** The machine on which a session is being opened. */
  readonly opening: string | null;
  /** One sentence for the user that goes away by itself. */
  readonly notice: string | null;
  readonly settings: Settings;
  /** What each machine offers for a new session, as far as it was asked. */
  readonly choices: Readonly<Record<string, Choices>>;
  readonly notes: Readonly<Record<string, MachineNotes>>;
}

export type AppEvent =
  | { readonly type: "unsupported"; readonly reason: Unsupported }
  | { readonly type: "loaded"; readonly machines: readonly Machine[]; readonly route: Route }
  | { readonly type: "went"; readonly route: Route }
  | { readonly type: "machine_saved"; readonly machine: Machine }
  | { readonly type: "machine_forgotten"; readonly deviceId: string }
  | { readonly type: "connection"; readonly deviceId: string; readonly view: ConnectionView }
  | { readonly type: "pairing"; readonly view: PairingView | null }
  | { readonly type: "attachment"; readonly view: AttachmentView | null }
  | { readonly type: "opening"; readonly deviceId: string | null }
  | { readonly type: "notice"; readonly text: string | null }
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "choices"; readonly deviceId: string; readonly choices: Partial<Choices> }
  | { readonly type: "notes"; readonly deviceId: string; readonly notes: MachineNotes };

export const INITIAL_STATE: AppState = {
  loaded: false,
  unsupported: null,
  route: { screen: "machines" },
  machines: [],
  connections: {},
  pairing: null,
  attachment: null,
  opening: null,
  notice: null,
  settings: DEFAULT_SETTINGS,
  choices: {},
  notes: {},
};

export function reduce(state: AppState, event: AppEvent): AppState {
  switch (event.type) {
    case "unsupported":
      return { ...state, unsupported: event.reason, loaded: true };
    case "loaded":
      return {
        ...state,
        loaded: true,
        machines: event.machines,
        route: possible(event.route, event.machines),
      };
    case "went": {
      const route = possible(event.route, state.machines);
      return { ...state, route, attachment: sameTerminal(route, state.route) ? state.attachment : null };
    }
    case "machine_saved":
      return { ...state, machines: withMachine(state.machines, event.machine) };
    case "machine_forgotten": {
      const machines = state.machines.filter(({ deviceId }) => deviceId !== event.deviceId);
      const connections = without(state.connections, event.deviceId);
      const choices = without(state.choices, event.deviceId);
      const notes = without(state.notes, event.deviceId);
      return { ...state, machines, connections, choices, notes, route: possible(state.route, machines) };
    }
    case "connection":
      if (!state.machines.some(({ deviceId }) => deviceId === event.deviceId)) return state;
      return withNotes(
        { ...state, connections: { ...state.connections, [event.deviceId]: event.view } },
        event.deviceId,
        event.view.sessions === null
          ? notesOf(state, event.deviceId)
          : notesAfterList(notesOf(state, event.deviceId), event.view.sessions),
      );
    case "pairing":
      return { ...state, pairing: event.view };
    case "attachment":
      return { ...state, attachment: event.view };
    case "opening":
      return { ...state, opening: event.deviceId };
    case "notice":
      return { ...state, notice: event.text };
    case "settings":
      return { ...state, settings: event.settings };
    case "choices": {
      const choices = { ...(state.choices[event.deviceId] ?? NO_CHOICES), ...event.choices };
      return { ...state, choices: { ...state.choices, [event.deviceId]: choices } };
    }
    case "notes":
      return withNotes(state, event.deviceId, event.notes);
  }
}

export function notesOf(state: AppState, deviceId: string): MachineNotes {
  return state.notes[deviceId] ?? NO_NOTES;
}

function withNotes(state: AppState, deviceId: string, notes: MachineNotes): AppState {
  if (notes === state.notes[deviceId]) return state;
  return { ...state, notes: { ...state.notes, [deviceId]: notes } };
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Readonly<Record<string, Value>> {
  const { [name]: _, ...others } = record;
  return others;
}

/** Where the browser's history leads may be gone: a machine that is not paired shows the list. */
function possible(route: Route, machines: readonly Machine[]): Route {
  if (!("deviceId" in route)) return route;
  return machines.some(({ deviceId }) => deviceId === route.deviceId) ? route : { screen: "machines" };
}

/** Return the screen above: from a session or a sheet its machine, from anything else the list of machines. */
export function parentOf(route: Route): Route {
  const isOnMachine =
    route.screen === "terminal" || (route.screen === "machine" && route.sheet !== undefined);
  return isOnMachine ? { screen: "machine", deviceId: route.deviceId } : { screen: "machines" };
}

function sameTerminal(left: Route, right: Route): boolean {
  return (
    left.screen === "terminal" &&
    right.screen === "terminal" &&
    left.deviceId === right.deviceId &&
    left.sessionId === right.sessionId
  );
}

function withMachine(machines: readonly Machine[], machine: Machine): readonly Machine[] {
  const known = machines.some(({ deviceId }) => deviceId === machine.deviceId);
  if (!known) return [...machines, machine];
  return machines.map((other) => (other.deviceId === machine.deviceId ? machine : other));
}

/** Read a route from what the browser's history kept; anything else is the list of machines. */
export function routeFrom(kept: unknown): Route {
  const { screen, deviceId, sessionId, sheet } = (
    typeof kept === "object" && kept !== null ? kept : {}
  ) as Record<string, unknown>;
  if (screen === "settings") return { screen };
  if (screen === "machine" && typeof deviceId === "string") {
    const over = sheetFrom(sheet);
    return over === null ? { screen, deviceId } : { screen, deviceId, sheet: over };
  }
  if (screen === "terminal" && typeof deviceId === "string" && typeof sessionId === "string") {
    return { screen, deviceId, sessionId };
  }
  return { screen: "machines" };
}

function sheetFrom(kept: unknown): Sheet | null {
  const { kind, sessionId } = (typeof kept === "object" && kept !== null ? kept : {}) as Record<
    string,
    unknown
  >;
  if (kind === "new") return { kind };
  return kind === "session" && typeof sessionId === "string" ? { kind, sessionId } : null;
}
