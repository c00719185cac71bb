/** The scroll bar moves once for all lines that are parsed at once. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { moveScrollBarOnce } from "../src/terminal_scroll_bar.ts";

test("lines that are parsed at once move the scroll bar once, and a person's scrolling at once", async () => {
  const moves: (number | undefined)[] = [];
  const viewport = { _sync: (row?: number) => void moves.push(row) };
  moveScrollBarOnce({ element: undefined, _core: { _viewport: viewport } } as never);
  for (let line = 0; line < 1_000; line += 1) viewport._sync();
  viewport._sync(7);
  assert.deepEqual(moves, [7]);
  await Promise.resolve();
  assert.deepEqual(moves, [7, undefined]);
  viewport._sync();
  await Promise.resolve();
  assert.equal(moves.length, 3);
});

test("the terminal that is bundled has a scroll bar that can be told so", () => {
  const bundle = readFileSync(new URL("../node_modules/@xterm/xterm/lib/xterm.mjs", import.meta.url), "utf8");
  assert.match(bundle, /this\._viewport=/);
  assert.match(bundle, /onScroll\(\(\)=>this\._sync\(\)\)/);
});
