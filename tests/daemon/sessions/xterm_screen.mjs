/** Feeds bytes to the web app's terminal, without a browser, and prints what it then shows: JSON in and out, by line. */

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../support/xterm/package.json", import.meta.url));
const { Terminal } = require("@xterm/headless");
const { UnicodeGraphemesAddon } = require("@xterm/addon-unicode-graphemes");

const SIXTEEN_COLOURS = 0x1000000;
const PALETTE = 0x2000000;

/** The first sixteen of the palette look the same by either name. */
function colour(mode, value) {
  return `${mode === PALETTE && value < 16 ? SIXTEEN_COLOURS : mode}:${value}`;
}

/** Returns one row as runs of cells that look alike, without the untouched cells at its end. */
function row(line, links) {
  const cells = [];
  for (let x = 0; x < line.length; x++) {
    const cell = line.getCell(x);
    const flags = [
      cell.isBold(), cell.isItalic(), cell.isDim(), cell.isBlink(), cell.isInverse(),
      cell.isInvisible(), cell.isStrikethrough(), cell.isOverline(),
    ].map((flag) => (flag ? 1 : 0)).join("");
    const underline = cell.isUnderline() ? `${cell.extended.underlineStyle}/${cell.extended.underlineColor}` : "";
    const look = `${colour(cell.getFgColorMode(), cell.getFgColor())} ${colour(cell.getBgColorMode(), cell.getBgColor())}`;
    const text = cell.getChars() === " " ? "" : cell.getChars();
    // Of a blank only the background can be seen, unless it is inverted or has lines.
    const link = links.getLinkData(cell.extended?.urlId ?? 0)?.uri ?? "";
    const isPlain = text === "" && link === "" && underline === "" && !cell.isInverse() && !cell.isStrikethrough() && !cell.isOverline();
    const visible = isPlain ? look.split(" ")[1] : `${look} ${flags} ${underline} ${link}`;
    cells.push([text, cell.getWidth(), visible]);
  }
  while (cells.length > 0 && cells.at(-1)[0] === "" && cells.at(-1)[2] === "0:-1") cells.pop();
  return cells;
}

function buffer(from, start, links) {
  const rows = [];
  for (let y = start; y < from.length; y++) rows.push(row(from.getLine(y), links));
  return rows;
}

/** Whether each row but the last with content continues in the next. */
function wraps(from, start) {
  const rows = [];
  for (let y = start; y < from.length; y++) if (from.getLine(y).isWrapped) rows.push(y);
  return rows;
}

/** Without the scrollback, the first row of the screen is the first of all. */
function dump(terminal, title, screenOnly) {
  const start = screenOnly ? terminal.buffer.normal.baseY : 0;
  const active = terminal.buffer.active;
  const core = terminal._core;
  return {
    type: active.type,
    cursor: [active.cursorX, active.cursorY],
    base: screenOnly ? 0 : active.baseY,
    normal: buffer(terminal.buffer.normal, start, core._oscLinkService),
    wraps: screenOnly ? [] : wraps(terminal.buffer.normal, start),
    alternate: active.type === "alternate" ? buffer(terminal.buffer.alternate, 0, core._oscLinkService) : [],
    modes: { ...terminal.modes },
    cursorHidden: core.coreService.isCursorHidden,
    cursorShape: [core.coreService.decPrivateModes.cursorStyle ?? "block", core.coreService.decPrivateModes.cursorBlink ?? false],
    mouseEncoding: core.coreMouseService.activeEncoding,
    margins: [core._bufferService.buffer.scrollTop, core._bufferService.buffer.scrollBottom],
    title,
  };
}

/** A write is bytes, or a size. With `screenOnly`, what is shown in the end is all that is asked. */
async function run({ cols, rows, writes, screenOnly = false }) {
  const terminal = new Terminal({ cols, rows, scrollback: 20000, allowProposedApi: true });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.unicode.activeVersion = "15-graphemes";
  let title = "";
  terminal.onTitleChange((text) => { title = text; });
  const dumps = [];
  for (const write of writes) {
    if (Array.isArray(write)) terminal.resize(...write);
    else await new Promise((resolve) => terminal.write(Buffer.from(write, "base64"), resolve));
    if (!screenOnly) dumps.push(dump(terminal, title, false));
  }
  if (screenOnly) dumps.push(dump(terminal, title, true));
  terminal.dispose();
  return dumps;
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
}
