/** What was sent before is kept in order and within limits, and recalled by arrows that lead out of the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asksForSecret,
  historyFrom,
  leavesText,
  MAX_ENTRY_CHARACTERS,
  MAX_HISTORY_ENTRIES,
  type Recall,
  recalled,
  withEntry,
} from "../src/composer_history.ts";

test("a text is kept once, as the newest, unless it is empty, begins with a space or is a document", () => {
  assert.deepEqual(withEntry(["a", "b"], "a"), ["b", "a"]);
  for (const text of ["", " \n", " secret", "x".repeat(MAX_ENTRY_CHARACTERS + 1)])
    assert.deepEqual(withEntry(["a"], text), ["a"]);
});

test("a prompt for a secret is known by its last words", () => {
  for (const line of ["[sudo] password for ada: ", "Enter passphrase for key 'id': ", "请输入密码：", "PIN:"])
    assert.ok(asksForSecret(line), line);
  for (const line of ["ada@studio:~$ ", "password: was wrong", "spinning: ", "Username: "])
    assert.ok(!asksForSecret(line), line);
});

test("the oldest entries make room, and anything at all that was kept becomes a history", () => {
  const many = Array.from({ length: MAX_HISTORY_ENTRIES + 5 }, (_, index) => `text ${index}`);
  assert.deepEqual(historyFrom(many), many.slice(5));
  assert.deepEqual(historyFrom(["a", 7, null, "a"]), ["a"]);
  assert.deepEqual(historyFrom({ length: 3 }), []);
});

test("arrows go through the history and back to what was being written", () => {
  const history = ["old", "new"];
  const seen: string[] = [];
  let recall: Recall | null = null;
  let text = "draft";
  for (const direction of [-1, -1, -1, 1, 1, 1] as const) {
    const found = recalled(history, recall, direction, text);
    if (found !== null) ({ recall, text } = found);
    seen.push(found === null ? "(none)" : found.text);
  }
  assert.deepEqual(seen, ["new", "old", "(none)", "new", "draft", "(none)"]);
});

test("an arrow leaves the text on its first or last line; where lines are wrapped, at its very ends", () => {
  assert.equal(leavesText("ArrowUp", "one\ntwo", 2, false), -1);
  assert.equal(leavesText("ArrowUp", "one\ntwo", 5, false), null);
  assert.equal(leavesText("ArrowDown", "one\ntwo", 5, false), 1);
  assert.equal(leavesText("ArrowDown", "one\ntwo", 1, false), null);
  assert.equal(leavesText("ArrowUp", "a long line", 4, true), null);
  assert.equal(leavesText("ArrowUp", "a long line", 0, true), -1);
  assert.equal(leavesText("ArrowLeft", "", 0, false), null);
});
