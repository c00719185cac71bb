/** The order and the words of listed sessions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activityText, endText, listed, sessionName, starterText } from "../src/session_list.ts";
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
  const { running, ended } = listed(sessions, now);
  assert.deepEqual(
    running.map(({ id }) => id),
    ["busy", "busier", "old"],
  );
  assert.deepEqual(
    ended.map(({ id }) => id),
    ["over"],
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
