/** What fingers do: taps, drags, long presses, swipes and pinches are told apart, and words are selected. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { restedBell } from "../src/bell.ts";
import {
  type CellRange,
  endAfter,
  extendedTo,
  rangeLength,
  withEndAt,
  wordAt,
} from "../src/selection_range.ts";
import { neighbourOf } from "../src/session_neighbours.ts";
import { TouchGesture } from "../src/touch_gesture.ts";
import { Momentum } from "../src/touch_momentum.ts";
import { decided, neighbourFor, type Place } from "../src/two_fingers.ts";

const at = (x: number, y: number, time = 0) => ({ x, y, time });

test("a tap, and a second one at its place", () => {
  const gesture = new TouchGesture();
  const tapAt = (x: number, time: number): string => {
    gesture.down(at(x, 50, time), false);
    return gesture.up(at(x + 2, 51, time + 40));
  };
  assert.equal(tapAt(50, 0), "tap");
  assert.equal(tapAt(55, 150), "double_tap");
  assert.equal(tapAt(55, 300), "tap", "a third tap is the first of the next two");
  assert.equal(tapAt(100, 400), "tap", "elsewhere");
  assert.equal(tapAt(100, 1_000), "tap", "too late");
});

test("a drag up or down scrolls, one to the side is nothing", () => {
  const gesture = new TouchGesture();
  gesture.down(at(100, 100), false);
  assert.equal(gesture.move(at(103, 104)), "nothing");
  assert.equal(gesture.move(at(103, 112)), "drag_begins");
  assert.equal(gesture.move(at(103, 130)), "drag");
  assert.equal(gesture.hold(), false, "what moves is no long press");
  assert.equal(gesture.up(at(103, 130)), "drag");
  gesture.down(at(100, 100), false);
  assert.equal(gesture.move(at(140, 103)), "nothing");
  assert.equal(gesture.up(at(140, 103)), "nothing");
});

test("a long press holds until the finger leaves", () => {
  const gesture = new TouchGesture();
  gesture.down(at(100, 100), false);
  gesture.move(at(103, 103));
  assert.equal(gesture.hold(), true);
  assert.equal(gesture.move(at(150, 200)), "hold");
  assert.equal(gesture.up(at(150, 200)), "hold");
});

test("a swipe begins at the edge of the screen and goes to the right", () => {
  const gesture = new TouchGesture();
  gesture.down(at(5, 100), false);
  assert.equal(gesture.move(at(25, 105)), "edge");
  assert.equal(gesture.move(at(125, 160)), "edge");
  assert.equal(gesture.across, 120);
  assert.equal(gesture.up(at(125, 160)), "edge");
  gesture.down(at(5, 100), false);
  assert.equal(gesture.move(at(12, 130)), "drag_begins", "up and down still scrolls there");
});

test("a finger that stops what moves does nothing else, and a second finger ends what the first one did", () => {
  const gesture = new TouchGesture();
  gesture.down(at(100, 100), true);
  assert.equal(gesture.hold(), false);
  assert.equal(gesture.up(at(100, 100)), "nothing");
  gesture.down(at(100, 100), false);
  gesture.ignore();
  assert.equal(gesture.move(at(100, 200)), "nothing");
  assert.equal(gesture.up(at(100, 200)), "nothing");
});

test("momentum is the same at every frame rate, slows down and ends", () => {
  const thrown = (): Momentum => {
    const momentum = new Momentum();
    momentum.rest(0);
    for (const time of [16, 32, 48]) momentum.move(20, time);
    assert.equal(momentum.release(50), true);
    return momentum;
  };
  const distance = (frame: number): number => {
    const momentum = thrown();
    let sum = 0;
    for (let time = 0; time < 960; time += frame) sum += momentum.glide(frame);
    return sum;
  };
  assert.ok(Math.abs(distance(8) - distance(32)) < 0.01);
  assert.ok(distance(16) > 300);
  const momentum = thrown();
  let frames = 0;
  for (; momentum.isMoving; frames += 1) momentum.glide(16);
  assert.ok(frames < 300);
});

test("a finger that rested before it left throws nothing", () => {
  const momentum = new Momentum();
  momentum.rest(0);
  momentum.move(40, 16);
  assert.equal(momentum.release(200), false);
});

test("two fingers pinch or swipe", () => {
  const began: readonly [Place, Place] = [at(100, 100), at(200, 100)];
  assert.equal(decided(began, [at(104, 100), at(198, 102)]), "undecided");
  assert.equal(decided(began, [at(85, 100), at(215, 100)]), "pinch");
  assert.equal(decided(began, [at(130, 104), at(232, 96)]), "swipe");
  assert.equal(decided(began, [at(103, 160), at(204, 160)]), "undecided", "both downwards");
  assert.equal(neighbourFor(began, [at(20, 104), at(125, 100)]), 1);
  assert.equal(neighbourFor(began, [at(180, 104), at(275, 100)]), -1);
  assert.equal(neighbourFor(began, [at(130, 104), at(232, 96)]), 0, "not far enough");
});

test("the word under a finger", () => {
  const word = (text: string, index: number): string | null => {
    const found = wordAt(text, index);
    return found === null ? null : text.slice(found.from, found.to);
  };
  assert.equal(word("cat docs/tide-table.md | less", 9), "docs/tide-table.md");
  assert.equal(word('say "hello"', 6), "hello");
  assert.equal(word("one two    ", 9), "two", "on a blank, the word before it");
  assert.equal(word("   one", 1), "one", "or after it");
  assert.equal(word("one", 99), "one");
  assert.equal(word("   ", 1), null);
  assert.equal(word("", 0), null);
});

const range = (row: number, col: number, lastRow: number, lastCol: number): CellRange => ({
  start: { row, col },
  end: { row: lastRow, col: lastCol },
});

test("either end of a selection goes where the finger is, also past the other", () => {
  const selected = range(2, 4, 2, 9);
  assert.deepEqual(withEndAt(selected, "end", { row: 3, col: 1 }), range(2, 4, 3, 2));
  assert.deepEqual(withEndAt(selected, "start", { row: 1, col: 7 }), range(1, 7, 2, 9));
  assert.deepEqual(withEndAt(selected, "end", { row: 1, col: 7 }), range(1, 7, 2, 5));
  assert.equal(endAfter(selected, "end", { row: 1, col: 7 }), "start");
  assert.equal(endAfter(selected, "start", { row: 5, col: 0 }), "end");
  assert.deepEqual(extendedTo(selected, { row: 2, col: 1 }), range(2, 1, 2, 9));
  assert.deepEqual(extendedTo(selected, { row: 4, col: 0 }), range(2, 4, 4, 1));
  assert.equal(rangeLength(range(2, 4, 4, 2), 10), 18);
});

test("the session beside another, in the order in which they were opened", () => {
  const session = (id: string, created_at: number, alive = true) => ({ id, created_at, alive });
  const sessions = [session("c", 3), session("a", 1), session("ended", 2, false), session("d", 4)];
  assert.equal(neighbourOf(sessions, "a", 1)?.id, "c");
  assert.equal(neighbourOf(sessions, "d", 1)?.id, "a");
  assert.equal(neighbourOf(sessions, "a", -1)?.id, "d");
  assert.equal(neighbourOf(sessions, "ended", 1)?.id, "c", "also from one that has ended");
  assert.equal(neighbourOf(sessions.slice(1, 2), "a", 1), null);
  assert.equal(neighbourOf(sessions, "unknown", 1), null);
});

test("a bell that rings without end is heard twice a second", () => {
  let [now, rings] = [0, 0];
  const ring = restedBell(
    () => {
      rings += 1;
    },
    () => now,
  );
  for (; now < 10; now += 0.01) ring();
  assert.equal(rings, 20);
});
