/** What a new session can be: which choice stands, and how places are called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { below, glyphOf, NO_CHOICES, possibleAgent, shortDirectory } from "../src/new_session.ts";

const AGENTS = [
  { id: "shell", label: "Shell", available: true, install: null },
  { id: "claude", label: "Claude Code", available: true, install: null },
  { id: "codex", label: "Codex", available: false, install: "npm install -g @openai/codex" },
];
const COMMAND = { id: "command-abcdefghijklm", label: "Tests", arguments: ["make"], directory: null };

test("what was opened last stands if it can be opened, and else the shell", () => {
  const choices = { ...NO_CHOICES, agents: AGENTS, commands: [COMMAND] };
  assert.equal(possibleAgent("claude", choices), "claude");
  assert.equal(possibleAgent(COMMAND.id, choices), COMMAND.id);
  assert.equal(possibleAgent("codex", choices), "shell");
  assert.equal(possibleAgent("command-removed", choices), "shell");
  assert.equal(possibleAgent("no longer known", choices), "shell");
});

test("a choice is not given up before the machine has said what there is", () => {
  assert.equal(possibleAgent("claude", NO_CHOICES), "claude");
  assert.equal(possibleAgent(COMMAND.id, { ...NO_CHOICES, agents: AGENTS }), COMMAND.id);
});

test("directories are written as people write them", () => {
  assert.equal(shortDirectory("/home/ada", "/home/ada"), "~");
  assert.equal(shortDirectory("/home/ada/api", "/home/ada"), "~/api");
  assert.equal(shortDirectory("/home/adam", "/home/ada"), "/home/adam");
  assert.equal(shortDirectory("/root/x", "/"), "/root/x");
  assert.equal(shortDirectory("/srv", null), "/srv");
  assert.equal(below("/", "srv"), "/srv");
  assert.equal(below("/srv", "<b>"), "/srv/<b>");
});

test("every program has a glyph", () => {
  assert.deepEqual(["shell", "claude", COMMAND.id, "something new"].map(glyphOf), [
    "terminal",
    "claude",
    "command",
    "terminal",
  ]);
});
