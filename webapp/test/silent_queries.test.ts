/** A terminal that is asked by programs stays silent, and still does what it is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import headless from "@xterm/headless";
import { isFocusReport, silenceQueries } from "../src/silent_queries.ts";

const QUERIES: Readonly<Record<string, string>> = {
  "primary device attributes": "\x1b[c",
  "secondary device attributes": "\x1b[>c",
  "tertiary device attributes": "\x1b[=c",
  "device status": "\x1b[5n",
  "cursor position": "\x1b[6n",
  "DEC cursor position": "\x1b[?6n",
  "an ANSI mode": "\x1b[4$p",
  "a DEC mode": "\x1b[?2004$p",
  settings: '\x1bP$q"p\x1b\\',
  "a palette colour": "\x1b]4;1;?\x07",
  "the foreground": "\x1b]10;?\x07",
  "the background": "\x1b]11;?\x1b\\",
  "the cursor's colour": "\x1b]12;?\x07",
  "the window's size": "\x1b[18t",
  "name and version": "\x1b[>q",
};

function terminal(): InstanceType<typeof headless.Terminal> {
  return new headless.Terminal({ allowProposedApi: true, windowOptions: { getWinSizeChars: true } });
}

async function answersTo(query: string, silenced: boolean): Promise<string> {
  const asked = terminal();
  if (silenced) silenceQueries(asked.parser);
  let answers = "";
  asked.onData((data) => {
    answers += data;
  });
  await new Promise<void>((resolve) => asked.write(query, resolve));
  return answers;
}

for (const [name, query] of Object.entries(QUERIES)) {
  test(`asked for ${name}`, async () => {
    assert.equal(await answersTo(query, true), "");
  });
}

test("without the silence the same terminal does answer", async () => {
  assert.equal(await answersTo("\x1b[6n", false), "\x1b[1;1R");
  assert.notEqual(await answersTo("\x1b[c", false), "");
  assert.notEqual(await answersTo("\x1b[?2004$p", false), "");
});

test("reports of focus are told from what is typed", () => {
  assert.ok(isFocusReport("\x1b[I") && isFocusReport("\x1b[O"));
  assert.ok(!isFocusReport("\x1b[A") && !isFocusReport("I"));
});
