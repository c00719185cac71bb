/** Text from elsewhere: what is left of it, what the user is shown, what the program is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanText, composedInput, firstLines, hasSeveralLines, pastedInput } from "../src/paste.ts";

test("control characters go, but for tabs and ends of lines, and are counted", () => {
  assert.deepEqual(cleanText("a\tb\r\nc\rd\ne"), { text: "a\tb\nc\nd\ne", removed: 0 });
  assert.deepEqual(cleanText("\x1b[31mred\x07\x00\x7f\x9b"), { text: "[31mred", removed: 5 });
  assert.deepEqual(cleanText("终端 👍 é"), { text: "终端 👍 é", removed: 0 });
});

test("an end of line makes several lines, also at the end, where it begins no other", () => {
  assert.ok(!hasSeveralLines("ls"));
  assert.ok(hasSeveralLines("ls\n"));
  assert.deepEqual(firstLines("ls\n"), { count: 1, shown: ["ls"] });
  assert.deepEqual(firstLines("a\nb\nc\nd\n"), { count: 4, shown: ["a", "b", "c"] });
});

test("several composed lines are one paste where the program knows pastes, with Enter or without", () => {
  assert.equal(composedInput("ls", false, true), "ls\r");
  assert.equal(composedInput("ls", true, true), "ls\r");
  assert.equal(composedInput("ls", true, false), "ls");
  assert.equal(composedInput("", false, true), "\r");
  assert.equal(composedInput("a\nb", false, true), "a\rb\r");
  assert.equal(composedInput("a\r\nb", true, true), "\x1b[200~a\rb\x1b[201~\r");
  assert.equal(composedInput("a\nb", true, false), "\x1b[200~a\rb\x1b[201~");
});

test("no text can end its own paste", () => {
  assert.equal(pastedInput("x\x1b[201~\rrm -r .", true), "\x1b[200~x[201~\rrm -r .\x1b[201~");
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("\x1b", "\x9b", "[", "2", "0", "1", "~", "\n") }),
      (text) => {
        const inside = pastedInput(text, true).slice("\x1b[200~".length, -"\x1b[201~".length);
        assert.doesNotMatch(inside, /[^\x20-\x7e\r]/);
      },
    ),
  );
});
