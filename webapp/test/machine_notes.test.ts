/** What counts as unread, and what is remembered about a machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasRung, isUnread, NO_NOTES, notesAfterList, notesFrom, withLooked } from "../src/machine_notes.ts";
import type { SessionInfo } from "../src/wire/messages.ts";

function session(id: string, output: number, bell: number | null = null): SessionInfo {
  return {
    id,
    agent: "shell",
    name: id,
    title: "",
    cwd: "/",
    cols: 80,
    rows: 24,
    created_at: 1,
    active_at: 1,
    alive: true,
    clients: 0,
    preview: "",
    output,
    bell,
    code: null,
    signal: null,
    started_by: null,
  };
}

test("what is printed after a look is unread, and what was there at first sight is not", () => {
  const first = notesAfterList(NO_NOTES, [session("a", 10), session("b", 0)]);
  assert.equal(isUnread(session("a", 10), first), false);
  assert.equal(isUnread(session("a", 11), first), true);
  assert.equal(isUnread(session("unheard-of", 5), first), false);
  const looked = withLooked(first, "a", 11);
  assert.equal(isUnread(session("a", 11), looked), false);
  assert.equal(isUnread(session("b", 1), looked), true);
  assert.equal(withLooked(looked, "a", 9), looked, "a look never goes back");
});

test("a bell wants a look until the output that rang was looked at", () => {
  const first = notesAfterList(NO_NOTES, [session("a", 10, 10)]);
  assert.equal(hasRung(session("a", 10, 10), first), false, "it rang before this phone heard of it");
  assert.equal(hasRung(session("a", 30, 20), first), true);
  assert.equal(hasRung(session("a", 30, 20), withLooked(first, "a", 19)), true);
  assert.equal(hasRung(session("a", 30, 20), withLooked(first, "a", 20)), false);
});

test("a list changes notes only where sessions come and go", () => {
  const notes = notesAfterList(NO_NOTES, [session("a", 10)]);
  assert.equal(notesAfterList(notes, [session("a", 99)]), notes);
  const next = notesAfterList(notes, [session("b", 7)]);
  assert.deepEqual(next.looked, { b: 7 });
});

test("notes are read back, and what is none of ours is forgotten", () => {
  const notes = { looked: { a: 3 }, agent: "command-x", directory: "/srv" };
  assert.deepEqual(notesFrom(JSON.stringify(notes)), notes);
  for (const kept of [undefined, "", "[", "7", "null", '{"looked":7,"agent":{},"directory":1}'])
    assert.deepEqual(notesFrom(kept), NO_NOTES);
  assert.deepEqual(notesFrom('{"looked":{"a":"1","b":2,"c":1.5}}').looked, { b: 2 });
});
