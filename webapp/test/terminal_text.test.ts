/** A terminal's rows as whole lines: what is joined, and which cell a character is on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";
import fc from "fast-check";
import { cellOf, indexOf, lineAt, wholeLines } from "../src/terminal_text.ts";

type Headless = InstanceType<typeof headless.Terminal>;

async function terminalWith(output: string, cols: number): Promise<Headless> {
  const terminal = new headless.Terminal({ allowProposedApi: true, cols, rows: 8, scrollback: 1_000 });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  return terminal;
}

test("lines that the terminal wrapped are whole, and empty ones at the end are left out", async () => {
  const { buffer } = await terminalWith("one two three\r\n\r\n終終終終終\r\n\r\n", 5);
  assert.deepEqual(wholeLines(buffer.active), [
    { text: "one two three", row: 0, rows: 3 },
    { text: "", row: 3, rows: 1 },
    { text: "終終終終終", row: 4, rows: 3 },
  ]);
  assert.equal(lineAt(buffer.active, 5).text, "終終終終終");
});

test("every character is found on the cell that it is on", async () => {
  const unit = fc.constantFrom("a", "b", " ", "漢", "é", "👍🏽");
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit, minLength: 1, maxLength: 40 }),
      fc.integer({ min: 4, max: 12 }),
      async (text, cols) => {
        const shown = `${text}|`;
        const { buffer } = await terminalWith(shown, cols);
        const line = lineAt(buffer.active, 0);
        assert.equal(line.text, shown);
        let index = 0;
        for (const { segment } of new Intl.Segmenter().segment(shown)) {
          const cell = cellOf(buffer.active, line, index);
          assert.equal(buffer.active.getLine(cell.row)?.getCell(cell.col)?.getChars() || " ", segment);
          assert.equal(indexOf(buffer.active, line, cell), index);
          index += segment.length;
        }
      },
    ),
    { numRuns: 60 },
  );
});
