/** Quoting: a command line stands for the arguments that a shell would make of it, and back. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { looksLikeShell, parseCommandLine, plainPunctuation, quoteArguments } from "../src/command_line.ts";

const LINES = [
  "make test",
  "  make   -j2\ttest  ",
  `make 'a b' "c d" e\\ f`,
  `say 'it'"'"'s' "he said \\"no\\""`,
  `a"b"'c'd ""`,
  `'' "" x`,
  `'back\\slash' "back\\slash" "doll\\$ar" "tick\\\`" '$HOME'`,
  `git log --format='%h %s' -n 5`,
  `日記 '😀 x' <b>`.replace("<b>", "'<b>'"),
  `one\\'two "a'b" 'c"d'`,
  `--flag="a b"c=d`,
];

function parsed(line: string): readonly string[] {
  const found = parseCommandLine(line);
  assert.equal(found.kind, "arguments");
  return found.kind === "arguments" ? found.arguments : [];
}

test("a line stands for what a real shell makes of it", () => {
  for (const line of LINES) {
    const output = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
    assert.deepEqual(parsed(line), output.split("\0").slice(0, -1), line);
  }
});

test("what is quoted stands for the same arguments, here and in a real shell", () => {
  const odd = [
    "make",
    "",
    " ",
    "a'b",
    'a"b',
    "a\\b",
    "$HOME",
    "`id`",
    "*",
    "日記",
    "<b>&amp;",
    "--x=y z",
    "~",
    "'",
  ];
  assert.deepEqual(parsed(quoteArguments(odd)), odd);
  const output = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${quoteArguments(odd)}`], {
    encoding: "utf8",
  });
  assert.deepEqual(output.split("\0").slice(0, -1), odd);
  assert.equal(quoteArguments(["make", "-j2", "a/b.c"]), "make -j2 a/b.c");
});

test("a quotation mark without an end is named", () => {
  assert.deepEqual(parseCommandLine("make 'a b"), { kind: "open", quote: "'" });
  assert.deepEqual(parseCommandLine('make "a'), { kind: "open", quote: '"' });
  assert.deepEqual(parseCommandLine('make "a\\"'), { kind: "open", quote: '"' });
  assert.deepEqual(parseCommandLine("make a\\"), { kind: "open", quote: "\\" });
  assert.deepEqual(parsed(""), []);
  assert.deepEqual(parsed("   "), []);
});

test("what only a shell would understand is noticed, unless a shell is called", () => {
  assert.equal(looksLikeShell(parsed("ls | wc -l")), true);
  assert.equal(looksLikeShell(parsed("echo $HOME")), true);
  assert.equal(looksLikeShell(parsed("make test && say done")), true);
  assert.equal(looksLikeShell(parsed("sh -c 'ls | wc -l'")), false);
  assert.equal(looksLikeShell(parsed("/usr/bin/bash -c 'echo $HOME'")), false);
  assert.equal(looksLikeShell(parsed("~/bin/deploy --to a.b:80/c")), false);
});

test("a phone's typographic signs become those of a keyboard", () => {
  assert.equal(plainPunctuation("make —flag “a b” ‘c’"), `make --flag "a b" 'c'`);
  assert.equal(plainPunctuation("日記 'x'"), "日記 'x'");
});
