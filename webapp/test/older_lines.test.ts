/** Older lines are put above what a terminal holds, as if they had always been there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";
import fc from "fast-check";
import { type Holder, putAbove, roomAbove } from "../src/older_lines.ts";

type Headless = InstanceType<typeof headless.Terminal>;

function terminal(cols: number, rows: number, scrollback = 1_000): Headless {
  const made = new headless.Terminal({ allowProposedApi: true, cols, rows, scrollback });
  made.loadAddon(new UnicodeGraphemesAddon());
  return made;
}

/** The browser's terminal has two methods more, which need a screen. */
function holder(of: Headless): Holder {
  return Object.assign(of, {
    clearSelection: () => undefined,
    refresh: () => undefined,
  }) as unknown as Holder;
}

async function write(to: Headless, data: string): Promise<void> {
  await new Promise<void>((resolve) => to.write(data, resolve));
}

function shown({ buffer: { normal } }: Headless): unknown {
  const rows = Array.from({ length: normal.length }, (_, y) => {
    const line = normal.getLine(y);
    return [line?.translateToString(true), line?.isWrapped, line?.getCell(0)?.getFgColor()];
  });
  return { rows, base: normal.baseY, cursor: [normal.cursorX, normal.cursorY] };
}

const line = fc.record({
  text: fc.string({ maxLength: 45, unit: fc.constantFrom("a", "b", " ", "漢", "é", "👍🏽") }),
  colour: fc.integer({ min: 31, max: 36 }),
});
const lines = (minLength: number): fc.Arbitrary<string> =>
  fc
    .array(line, { minLength, maxLength: 40 })
    .map((all) => all.map(({ text, colour }) => `\x1b[${colour}m${text}\x1b[0m`).join("\r\n"));

test("a terminal that gets its older lines later is like one that had them first, now and after more", async () => {
  await fc.assert(
    fc.asyncProperty(
      lines(1),
      lines(12),
      lines(1),
      fc.integer({ min: 8, max: 40 }),
      async (old, late, next, cols) => {
        const [whole, later, scratch] = [terminal(20, 6), terminal(20, 6), terminal(20, 6)];
        await write(whole, `${old}\r\n${late}\x1b7`);
        await write(later, `${late}\x1b7`);
        await write(scratch, old);
        putAbove(holder(later), holder(scratch));
        assert.deepEqual(shown(later), shown(whole));
        for (const each of [whole, later]) {
          await write(each, `\x1b8|${next}`);
          each.resize(cols, 9);
          await write(each, "\r\nend");
        }
        assert.deepEqual(shown(later), shown(whole));
      },
    ),
    { numRuns: 40 },
  );
});

test("what is shown stays in place", async () => {
  const [live, scratch] = [terminal(20, 4), terminal(20, 4)];
  await write(live, Array.from({ length: 50 }, (_, number) => `line ${number}`).join("\r\n"));
  await write(scratch, "older 1\r\nolder 2\r\n");
  live.scrollToLine(10);
  putAbove(holder(live), holder(scratch));
  assert.equal(live.buffer.active.getLine(live.buffer.active.viewportY)?.translateToString(true), "line 10");
});

test("where there is no room for all, the newest are put above", async () => {
  const [live, scratch] = [terminal(20, 4, 10), terminal(20, 4)];
  await write(live, Array.from({ length: 12 }, (_, number) => `line ${number}`).join("\r\n"));
  await write(scratch, "1\r\n2\r\n3\r\n4\r\n5");
  assert.equal(roomAbove(live), 2);
  putAbove(holder(live), holder(scratch));
  assert.equal(roomAbove(live), 0);
  const top = [0, 1, 2].map((y) => live.buffer.normal.getLine(y)?.translateToString(true));
  assert.deepEqual(top, ["4", "5", "line 0"]);
  await write(live, "\r\nmore\r\nand more");
  assert.equal(live.buffer.normal.getLine(0)?.translateToString(true), "line 0");
});
