/** What a session did not get when it ended is text again, for another session of its machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_LEFTOVERS, UndeliveredInputs, writtenText } from "../src/undelivered_inputs.ts";
import { encodeText } from "../src/wire/bytes.ts";

test("keys that are no text go, and what was taken back too", () => {
  assert.equal(writtenText(encodeText("ls \x1b[A\x1bOB\x1b[1;5C-l\r")), "ls -l");
  assert.equal(writtenText(encodeText("teh\x7f\x7fhe 好\x7f你\r")), "the 你");
  assert.equal(writtenText(encodeText("\x1b[200~a\rb\x1b[201~\r")), "a\nb");
  assert.equal(writtenText(encodeText("\x03\x1b[A")), "");
});

test("what a session has left is offered on its machine until it is used", () => {
  const inputs = new UndeliveredInputs();
  inputs.of("studio", "1").append(encodeText("git push\r"));
  inputs.of("studio", "2").append(encodeText("\x1b[A"));
  assert.equal(inputs.characters, 12);
  inputs.abandon("studio", "1", "deploy");
  inputs.abandon("studio", "2", "build");
  assert.deepEqual(inputs.leftovers("studio"), [{ session: "deploy", text: "git push" }]);
  assert.deepEqual(inputs.leftovers("laptop"), []);
  assert.equal(inputs.characters, 8);
  assert.equal(inputs.of("studio", "1").unacknowledged.length, 0);
  for (const leftover of inputs.leftovers("studio")) inputs.drop("studio", leftover);
  assert.equal(inputs.characters, 0);
});

test("an ended session that was typed into can be looked at again", () => {
  const inputs = new UndeliveredInputs();
  const input = inputs.of("studio", "1");
  input.append(encodeText("exit\r and more"));
  input.attached(0);
  assert.equal(input.nextPiece()?.data.length, 14);
  inputs.abandon("studio", "1", "shell");
  inputs.of("studio", "1").attached(5); // what its daemon saw
  assert.equal(inputs.of("studio", "1").nextPiece(), null);
});

test("the oldest of many leftovers makes room", () => {
  const inputs = new UndeliveredInputs();
  for (let index = 0; index < MAX_LEFTOVERS + 2; index += 1) {
    inputs.of("studio", `${index}`).append(encodeText(`text ${index}`));
    inputs.abandon("studio", `${index}`, "shell");
  }
  assert.equal(inputs.leftovers("studio").length, MAX_LEFTOVERS);
  assert.equal(inputs.leftovers("studio")[0]?.text, "text 2");
});
