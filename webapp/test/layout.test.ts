/** How a terminal fits, and what a soft keyboard does to the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fittingFontSize, fittingSize } from "../src/fit.ts";
import { nextLayout, type ViewportFacts } from "../src/viewport_layout.ts";

const METRICS = { advance: 0.6, line: 1.32, wholePixels: false };

test("an iPhone's room at the reading size", () => {
  assert.deepEqual(fittingSize({ width: 382, height: 600, devicePixelRatio: 3 }, METRICS, 13), {
    cols: 48,
    rows: 34,
  });
  const gpu = { ...METRICS, wholePixels: true };
  assert.deepEqual(fittingSize({ width: 382, height: 600, devicePixelRatio: 3 }, gpu, 13), {
    cols: 49,
    rows: 34,
  });
});

test("the size that fits is drawn at the reading size, a larger one smaller but whole", () => {
  const room = fc.record({
    width: fc.integer({ min: 300, max: 1_400 }),
    height: fc.integer({ min: 200, max: 1_000 }),
    devicePixelRatio: fc.constantFrom(1, 2, 2.625, 3),
  });
  fc.assert(
    fc.property(
      room,
      fc.boolean(),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 8, max: 14 }),
      (place, wholePixels, more, reading) => {
        const metrics = { ...METRICS, wholePixels };
        const size = fittingSize(place, metrics, reading);
        assert.equal(fittingFontSize(place, metrics, reading, size), reading);
        const larger = { cols: size.cols + more, rows: size.rows + more };
        const fontSize = fittingFontSize(place, metrics, reading, larger);
        assert.ok(fontSize < reading);
        if (fontSize > 4)
          assert.ok(larger.cols * 0.6 * fontSize <= place.width + larger.cols / place.devicePixelRatio);
      },
    ),
  );
});

const PHONE: ViewportFacts = {
  layoutWidth: 390,
  layoutHeight: 800,
  visualHeight: 800,
  visualTop: 0,
  editing: false,
};

test("a keyboard over the page hides part of it and leaves the full height", () => {
  const before = nextLayout(null, PHONE);
  const open = nextLayout(before, { ...PHONE, visualHeight: 460, visualTop: 30, editing: true });
  assert.deepEqual(open, { width: 390, fullHeight: 800, visibleHeight: 460, top: 30, keyboardOpen: true });
  assert.deepEqual(nextLayout(open, PHONE), before);
});

test("a keyboard that shrinks the page is recognised too", () => {
  const before = nextLayout(null, PHONE);
  const open = nextLayout(before, { ...PHONE, layoutHeight: 450, visualHeight: 450, editing: true });
  assert.equal(open.keyboardOpen, true);
  assert.equal(open.fullHeight, 800);
});

test("a browser's bar, a rotation and a smaller window are no keyboard", () => {
  const before = nextLayout(null, PHONE);
  assert.equal(nextLayout(before, { ...PHONE, visualHeight: 740, editing: true }).keyboardOpen, false);
  const rotated = nextLayout(before, {
    ...PHONE,
    layoutWidth: 800,
    layoutHeight: 390,
    visualHeight: 390,
    editing: true,
  });
  assert.deepEqual([rotated.keyboardOpen, rotated.fullHeight], [false, 390]);
  const smaller = nextLayout(before, { ...PHONE, layoutHeight: 500, visualHeight: 500 });
  assert.deepEqual([smaller.keyboardOpen, smaller.fullHeight], [false, 500]);
});
