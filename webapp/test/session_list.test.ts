/** The order and the words of listed sessions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AppState, INITIAL_STATE } from "../src/app.ts";
import { NO_NOTES } from "../src/machine_notes.ts";
import {
  activityText,
  endText,
  listed,
  matching,
  rangUnseen,
  sessionName,
  starterText,
} from "../src/session_list.ts";
import type { SessionInfo } from "../src/wire/messages.ts";

function session(id: string, fields: Partial<SessionInfo>): SessionInfo {
  const defaults = { id, agent: "shell", name: id, title: "", alive: true, code: null, signal: null };
  return { ...defaults, created_at: 0, active_at: 0, ...fields } as SessionInfo;
}

test("the latest activity comes first, but who was active within a minute keeps its place", () => {
  const now = 1_000;
  const sessions = [
    session("old", { active_at: 100 }),
    session("busy", { active_at: 999, created_at: 10 }),
    session("busier", { active_at: 1_001, created_at: 5 }),
    session("over", { active_at: 990, alive: false }),
  ];
  const { rang, running, ended } = listed(sessions, new Set(["old", "over"]), now);
  assert.deepEqual(
    running.map(({ id }) => id),
    ["busy", "busier"],
  );
  assert.deepEqual(
    rang.map(({ id }) => id),
    ["old"],
    "what rang is in a group of its own",
  );
  assert.deepEqual(
    ended.map(({ id }) => id),
    ["over"],
  );
});

test("a session is found by words in its name, title, directory or last line", () => {
  const sessions = [
    session("tests", { cwd: "/home/ada/api", title: "pytest -x", preview: "148 passed" }),
    session("deploy", { cwd: "/home/ada/web", title: "", preview: "uploading 37 of 52" }),
  ];
  const found = (wanted: string): string[] => matching(sessions, wanted).map(({ id }) => id);
  assert.deepEqual(found(" "), ["tests", "deploy"]);
  assert.deepEqual(found("ADA"), ["tests", "deploy"]);
  assert.deepEqual(found("Passed api"), ["tests"]);
  assert.deepEqual(found("passed web"), []);
});

test("what rings on this screen is heard already", () => {
  const sessions = [
    session("shown", { bell: 9 }),
    session("other", { bell: 9 }),
    session("calm", { bell: null }),
  ];
  const view = { sessions } as unknown as AppState["connections"][string];
  const state: AppState = {
    ...INITIAL_STATE,
    connections: { laptop: view },
    notes: { laptop: { ...NO_NOTES, looked: { shown: 0, other: 0, calm: 0 } } },
    route: { screen: "terminal", deviceId: "laptop", sessionId: "shown" },
  };
  assert.deepEqual([...rangUnseen(state, "laptop")], ["other"]);
  assert.deepEqual(
    [...rangUnseen({ ...state, route: { screen: "machines" } }, "laptop")],
    ["shown", "other"],
  );
});

test("names, ages and ends", () => {
  assert.equal(sessionName(session("build", {})), "build");
  assert.equal(sessionName(session("", { title: "vim" })), "vim");
  assert.equal(activityText(session("a", { active_at: 97 }), 100), "now");
  assert.equal(activityText(session("a", { active_at: 40 }), 160), "2 min");
  assert.equal(endText(session("a", { code: 1 })), "exit 1");
  assert.equal(endText(session("a", { signal: "TERM" })), "SIGTERM");
  assert.equal(endText(session("a", {})), "ended");
});

test("a session says who had it started, unless a person did", () => {
  assert.equal(starterText(session("a", { started_by: null })), null);
  assert.match(starterText(session("a", { started_by: "studio" })) ?? "", /studio/);
  assert.doesNotMatch(starterText(session("a", { started_by: "local" })) ?? "local", /local/);
});
