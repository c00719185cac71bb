/** The text view's thinking: what is found, how the text is cut, and which lines stay the same ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findMatches, lastMatchBefore, matchesAround, steppedMatch } from "../src/text_matches.ts";
import { piecesOf, rowsOf } from "../src/text_pieces.ts";
import { lineOnRow, nextSnapshot, textOf } from "../src/text_snapshot.ts";

const line = (text: string, row = 0, rows = 1) => ({ text, row, rows });

test("everything that is looked for is found, as it is written or in any case", () => {
  const lines = [line("Make it so"), line("make; make"), line("MAKE")];
  const places = (query: { text: string; matchCase: boolean }) =>
    findMatches(lines, query).map((match) => [match.line, match.from, match.to]);
  assert.deepEqual(places({ text: "make", matchCase: true }), [
    [1, 0, 4],
    [1, 6, 10],
  ]);
  assert.deepEqual(places({ text: "make", matchCase: false }), [
    [0, 0, 4],
    [1, 0, 4],
    [1, 6, 10],
    [2, 0, 4],
  ]);
  assert.deepEqual(places({ text: "", matchCase: false }), []);
});

test("what is looked for is text, whatever it means elsewhere", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (needle, before, after) => {
      const found = findMatches([line(before + needle + after)], { text: needle, matchCase: true });
      assert.ok(found.length > 0);
      for (const { from, to } of found) assert.equal((before + needle + after).slice(from, to), needle);
    }),
  );
});

test("from the last match one comes to the first, and back", () => {
  assert.equal(steppedMatch(2, 1, 3), 0);
  assert.equal(steppedMatch(0, -1, 3), 2);
  assert.equal(steppedMatch(-1, 1, 0), -1);
});

test("a search goes upwards from where one looks", () => {
  const matches = [1, 4, 9].map((at) => ({ line: at, from: 2, to: 3 }));
  assert.equal(lastMatchBefore(matches, 9, 2), 1);
  assert.equal(lastMatchBefore(matches, 9, 3), 2);
  assert.equal(lastMatchBefore(matches, 0, 0), 0);
  assert.equal(lastMatchBefore([], 5, 0), -1);
});

test("so many matches are drawn, the present one among them", () => {
  const matches = Array.from({ length: 50 }, (_, at) => ({ line: at, from: 0, to: 1 }));
  for (const current of [0, 3, 25, 49]) {
    const { first, matches: near } = matchesAround(matches, current, 10);
    assert.equal(near.length, 10);
    assert.equal(near[current - first], matches[current]);
  }
  assert.equal(matchesAround(matches, -1, 100).matches.length, 50);
});

test("pieces hold all lines in order, and keep theirs when others come above", () => {
  fc.assert(
    fc.property(
      fc.integer({ max: 450 }),
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: -900, max: 900 }),
      (count, more, first) => {
        const lines = Array.from({ length: Math.max(0, count) }, (_, at) => at);
        const pieces = piecesOf(lines, first);
        assert.deepEqual(
          pieces.flatMap((piece) => piece.lines),
          lines,
        );
        const above = Array.from({ length: more }, (_, at) => -1 - at).reverse();
        const later = new Map(
          piecesOf([...above, ...lines], first - more).map((piece) => [piece.key, piece]),
        );
        for (const { key, lines: own } of pieces.slice(1)) assert.deepEqual(later.get(key)?.lines, own);
      },
    ),
  );
});

test("how many rows text takes", () => {
  assert.equal(rowsOf([line(""), line("12345"), line("123456"), line("終終終")], 5), 1 + 1 + 2 + 2);
});

test("lines keep their numbers when older ones come above and the oldest go", () => {
  const lines = [line("a", 0, 2), line("b", 2), line("c", 3)];
  const former = { lines, firstNumber: 5 };
  const older = [line("x", 0), line("y", 1, 2), line("a", 3, 2), line("b", 5), line("c", 6), line("d", 7)];
  assert.equal(nextSnapshot(former, older, 3, 6).firstNumber, 3);
  const trimmed = [line("b", 0), line("c", 1)];
  assert.equal(nextSnapshot(former, trimmed, 3, 1).firstNumber, 6);
  assert.equal(nextSnapshot(former, trimmed, 3, -1).firstNumber, 0, "what was followed is gone");
  // the last row of the screen, below the last line
  assert.equal(nextSnapshot(former, [...older.slice(0, 5)], 9, 12).firstNumber, 3);
});

test("which line is on a row", () => {
  const lines = [line("a", 0, 2), line("b", 2), line("c", 3, 3)];
  assert.deepEqual(
    [0, 1, 2, 3, 5, 6, 8].map((row) => lineOnRow(lines, row)),
    [0, 0, 1, 2, 2, 3, 5],
  );
  assert.equal(lineOnRow([], 4), 0);
  assert.equal(textOf([line("a "), line(""), line(" b  "), line("")]), "a \n\n b");
});
