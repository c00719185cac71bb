/** The app's state under each kind of event. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AppEvent,
  type AppState,
  type ConnectionView,
  INITIAL_STATE,
  notesOf,
  parentOf,
  reduce,
  routeFrom,
} from "../src/app.ts";
import type { AttachmentView } from "../src/attachment.ts";
import type { Machine } from "../src/machine.ts";

const machine = (deviceId: string): Machine => ({ deviceId, name: deviceId }) as Machine;
const run = (events: AppEvent[], from: AppState = INITIAL_STATE): AppState => events.reduce(reduce, from);
const CONNECTION = { phase: { name: "online" }, sessions: [], agents: [] } as unknown as ConnectionView;
const LOADED = run([
  { type: "loaded", machines: [machine("a"), machine("b")], route: { screen: "machines" } },
]);
const TERMINAL = { screen: "terminal", deviceId: "a", sessionId: "s" } as const;

test("a route to a machine that is not paired shows the list", () => {
  const route = { screen: "machine", deviceId: "gone" } as const;
  assert.deepEqual(run([{ type: "loaded", machines: [], route }]).route, { screen: "machines" });
  assert.deepEqual(run([{ type: "went", route: TERMINAL }], LOADED).route, TERMINAL);
});

test("leaving a terminal forgets what was on it; going to it again does not", () => {
  const attachment = { status: "live" } as AttachmentView;
  const shown = run(
    [
      { type: "went", route: TERMINAL },
      { type: "attachment", view: attachment },
    ],
    LOADED,
  );
  assert.equal(run([{ type: "went", route: TERMINAL }], shown).attachment, attachment);
  assert.equal(run([{ type: "went", route: { ...TERMINAL, sessionId: "t" } }], shown).attachment, null);
});

test("a machine is saved in its place, or at the end", () => {
  const renamed = { ...machine("a"), name: "studio" };
  const state = run(
    [
      { type: "machine_saved", machine: renamed },
      { type: "machine_saved", machine: machine("c") },
    ],
    LOADED,
  );
  assert.deepEqual(
    state.machines.map(({ name }) => name),
    ["studio", "b", "c"],
  );
});

test("forgetting the machine on screen leads to the list, with its connection gone", () => {
  const state = run(
    [
      { type: "connection", deviceId: "a", view: CONNECTION },
      { type: "went", route: TERMINAL },
      { type: "machine_forgotten", deviceId: "a" },
    ],
    LOADED,
  );
  assert.deepEqual(state.route, { screen: "machines" });
  assert.deepEqual(state.connections, {});
  // a last word of the closed connection does not bring it back
  assert.deepEqual(run([{ type: "connection", deviceId: "a", view: CONNECTION }], state).connections, {});
});

test("routes from the browser's history are not trusted", () => {
  assert.deepEqual(routeFrom(TERMINAL), TERMINAL);
  assert.deepEqual(routeFrom({ screen: "machine", deviceId: "a", more: 1 }), {
    screen: "machine",
    deviceId: "a",
  });
  for (const kept of [null, undefined, "x", { screen: "terminal", deviceId: "a" }, { screen: "pair" }]) {
    assert.deepEqual(routeFrom(kept), { screen: "machines" });
  }
});

test("a sheet lies over its machine: it is kept in the history, and the way up closes it first", () => {
  const over = { screen: "machine", deviceId: "a", sheet: { kind: "new" } } as const;
  assert.deepEqual(routeFrom(over), over);
  const menu = { ...over, sheet: { kind: "session", sessionId: "s" } } as const;
  assert.deepEqual(routeFrom({ ...menu, depth: 3 }), menu);
  for (const sheet of [7, null, {}, { kind: "session" }, { kind: "other" }])
    assert.deepEqual(routeFrom({ ...over, sheet }), { screen: "machine", deviceId: "a" });
  assert.deepEqual(parentOf(over), { screen: "machine", deviceId: "a" });
  assert.deepEqual(parentOf({ screen: "machine", deviceId: "a" }), { screen: "machines" });
});

test("what a machine offers comes in parts, and goes with the machine", () => {
  const offered = run(
    [
      { type: "choices", deviceId: "a", choices: { commands: [] } },
      { type: "choices", deviceId: "a", choices: { home: "/root", places: [] } },
    ],
    LOADED,
  );
  assert.deepEqual(offered.choices.a, { agents: null, commands: [], home: "/root", places: [] });
  const forgotten = run([{ type: "machine_forgotten", deviceId: "a" }], offered);
  assert.deepEqual([forgotten.choices, forgotten.notes], [{}, {}]);
});

test("a list of sessions is noted, so that later output counts as unread", () => {
  const sessions = [{ id: "s", output: 40 }];
  const view = { ...CONNECTION, sessions } as unknown as ConnectionView;
  const state = run([{ type: "connection", deviceId: "a", view }], LOADED);
  assert.deepEqual(notesOf(state, "a").looked, { s: 40 });
  const later = run([{ type: "connection", deviceId: "a", view }], state);
  assert.equal(later.notes, state.notes, "nothing is written that did not change");
});
