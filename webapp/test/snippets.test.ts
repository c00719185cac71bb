/** Snippets are added, changed, removed and ordered, and survive whatever a file may hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  isTaken,
  MAX_SNIPPET_CHARACTERS,
  MAX_SNIPPET_NAME_CHARACTERS,
  MAX_SNIPPETS,
  snippetsFrom,
  withMovedSnippet,
  withoutSnippet,
  withSnippet,
} from "../src/snippets.ts";

const A = { name: "a", text: "1" };
const B = { name: "b", text: "2\n" };

test("snippets are added at the end, changed in place, moved by a place and removed", () => {
  assert.deepEqual(withSnippet([A], null, { name: " b ", text: "2\n" }), [A, B]);
  assert.deepEqual(withSnippet([A, B], 0, { name: "c", text: "3" }), [{ name: "c", text: "3" }, B]);
  assert.deepEqual(withMovedSnippet([A, B], 1, -1), [B, A]);
  assert.deepEqual(withMovedSnippet([A, B], 1, 1), [A, B]);
  assert.deepEqual(withoutSnippet([A, B], 0), [B]);
  assert.ok(isTaken([A, B], "b ") && !isTaken([A, B], "b", 1));
});

test("what is no snippet, too long, doubled or one too many is left out", () => {
  const bad = [
    null,
    { name: "", text: "x" },
    { name: "x", text: "" },
    { name: "n".repeat(MAX_SNIPPET_NAME_CHARACTERS + 1), text: "x" },
    { name: "x", text: "t".repeat(MAX_SNIPPET_CHARACTERS + 1) },
    { name: "a", text: "other" },
  ];
  assert.deepEqual(snippetsFrom([A, ...bad, B]), [A, B]);
  const many = Array.from({ length: MAX_SNIPPETS + 3 }, (_, index) => ({ name: `${index}`, text: "x" }));
  assert.equal(snippetsFrom(many).length, MAX_SNIPPETS);
  fc.assert(
    fc.property(fc.anything(), (kept) => {
      const snippets = snippetsFrom(kept);
      assert.deepEqual(snippetsFrom(snippets), snippets);
    }),
  );
});
