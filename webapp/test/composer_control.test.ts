/** The composer remembers drafts, history and the place of typing, over a new start, and forgets what it should. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ComposerControl, kindOf } from "../src/composer_control.ts";

/** What the browser would keep. */
class Kept {
  readonly #drafts = new Map<
    string,
    { deviceId: string; sessionId: string; text: string; writtenAt: number }
  >();
  readonly #histories = new Map<string, readonly string[]>();
  readonly #settings = new Map<string, string>();

  async drafts(): Promise<{ deviceId: string; sessionId: string; text: string; writtenAt: number }[]> {
    return [...this.#drafts.values()];
  }

  async saveDraft(deviceId: string, sessionId: string, text: string): Promise<void> {
    const key = `${deviceId}/${sessionId}`;
    if (text === "") this.#drafts.delete(key);
    else this.#drafts.set(key, { deviceId, sessionId, text, writtenAt: 0 });
  }

  async histories(): Promise<Map<string, readonly string[]>> {
    return new Map(this.#histories);
  }

  async saveHistory(deviceId: string, history: readonly string[]): Promise<void> {
    this.#histories.set(deviceId, history);
  }

  async clearHistories(): Promise<void> {
    this.#histories.clear();
  }

  async forget(deviceId: string): Promise<void> {
    this.#histories.delete(deviceId);
    for (const key of this.#drafts.keys()) if (key.startsWith(`${deviceId}/`)) this.#drafts.delete(key);
  }

  async setting(name: string): Promise<string | undefined> {
    return this.#settings.get(name);
  }

  async setSetting(name: string, value: string): Promise<void> {
    this.#settings.set(name, value);
  }
}

async function started(kept: Kept): Promise<ComposerControl> {
  const control = new ComposerControl(kept, kept);
  await control.load();
  return control;
}

test("shells begin key by key, agents in the composer, and each kind remembers what was used", async () => {
  const kept = new Kept();
  const control = await started(kept);
  assert.deepEqual([control.typing("shell"), control.typing("agent")], ["keys", "line"]);
  control.rememberTyping("shell", "line");
  const later = await started(kept);
  assert.deepEqual([later.typing("shell"), later.typing("agent")], ["line", "line"]);
});

test("a known agent is one; a shell, a command of the user and what is not known yet are as shells", () => {
  const agents = [{ id: "shell" }, { id: "claude" }];
  assert.equal(kindOf("claude", agents), "agent");
  for (const agent of ["shell", "my-command", undefined]) assert.equal(kindOf(agent, agents), "shell");
});

test("drafts and histories come back, a secret draft does not, and forgetting a machine takes its own", async () => {
  const kept = new Kept();
  const control = await started(kept);
  control.keepDraft("studio", "1", "half a", false);
  control.keepDraft("studio", "2", "hunter2", true);
  control.keepDraft("laptop", "1", "other", false);
  assert.equal(control.draft("studio", "2"), "hunter2", "while the page lives");
  control.remember("studio", "ls");
  control.remember("laptop", "pwd");
  const later = await started(kept);
  assert.deepEqual([later.draft("studio", "1"), later.draft("studio", "2")], ["half a", ""]);
  assert.deepEqual(later.history("studio"), ["ls"]);
  await later.forget("studio");
  assert.deepEqual([later.draft("studio", "1"), later.history("studio")], ["", []]);
  const last = await started(kept);
  assert.deepEqual([last.draft("studio", "1"), last.draft("laptop", "1")], ["", "other"]);
  assert.deepEqual([last.history("studio"), last.history("laptop")], [[], ["pwd"]]);
});

test("a history is cleared for one machine or for all", async () => {
  const kept = new Kept();
  const control = await started(kept);
  for (const machine of ["studio", "laptop", "server"]) control.remember(machine, "ls");
  control.clearHistory("studio");
  assert.deepEqual((await started(kept)).history("studio"), []);
  control.clearHistories();
  assert.deepEqual([control.history("laptop"), (await started(kept)).history("server")], [[], []]);
});
