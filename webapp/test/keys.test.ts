/** What keys, sticky Ctrl and the composer send, and how undelivered input reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYS } from "../src/key_names.ts";
import {
  DEFAULT_KEYS,
  keySequence,
  readableInput,
  stickyAfterKey,
  stickyAfterTap,
  withCtrl,
  withHeld,
} from "../src/keys.ts";

const NONE = { ctrl: false, alt: false };
const CTRL = { ctrl: true, alt: false };
const ALT = { ctrl: false, alt: true };

test("keys of the bar, with Ctrl and in application mode", () => {
  assert.equal(keySequence("escape", NONE, false), "\x1b");
  assert.equal(keySequence("tab", CTRL, true), "\t");
  assert.equal(keySequence("up", NONE, false), "\x1b[A");
  assert.equal(keySequence("left", NONE, true), "\x1bOD");
  assert.equal(keySequence("right", CTRL, true), "\x1b[1;5C");
});

test("the other keys are what xterm sends, with Alt, with Ctrl and with both", () => {
  const both = { ctrl: true, alt: true };
  assert.deepEqual(
    (["home", "end", "page_up", "page_down", "f1", "f4", "f5", "f12"] as const).map((name) =>
      [NONE, ALT, both].map((held) => keySequence(name, held, false).slice(1)),
    ),
    [
      ["[H", "[1;3H", "[1;7H"],
      ["[F", "[1;3F", "[1;7F"],
      ["[5~", "[5;3~", "[5;7~"],
      ["[6~", "[6;3~", "[6;7~"],
      ["OP", "[1;3P", "[1;7P"],
      ["OS", "[1;3S", "[1;7S"],
      ["[15~", "[15;3~", "[15;7~"],
      ["[24~", "[24;3~", "[24;7~"],
    ],
  );
  assert.equal(keySequence("home", NONE, true), "\x1bOH");
  assert.equal(keySequence("shift_tab", NONE, true), "\x1b[Z");
  assert.equal(keySequence("pipe", ALT, false), "\x1b|");
  assert.equal(keySequence("tab", ALT, false), "\x1b\t");
});

test("Alt puts an escape before what is typed, and before a control character too", () => {
  assert.equal(withHeld("b", ALT), "\x1bb");
  assert.equal(withHeld("c", { ctrl: true, alt: true }), "\x1b\x03");
  assert.equal(withHeld("", ALT), "");
  assert.equal(withHeld("b", NONE), "b");
});

test("every key is in the bar once", () => {
  assert.deepEqual([...DEFAULT_KEYS].sort(), [...Object.keys(KEYS), "alt", "ctrl"].sort());
});

test("Ctrl turns letters and some signs into control characters and leaves the rest", () => {
  assert.equal(withCtrl("c"), "\x03");
  assert.equal(withCtrl("C"), "\x03");
  assert.equal(withCtrl("["), "\x1b");
  assert.equal(withCtrl("_"), "\x1f");
  assert.equal(withCtrl(" "), "\x00");
  assert.equal(withCtrl("?"), "\x7f");
  assert.equal(withCtrl("1"), "1");
  assert.equal(withCtrl("é"), "é");
  assert.equal(withCtrl("cd"), "cd");
  assert.equal(withCtrl("\x1b[A"), "\x1b[A");
});

test("Ctrl: one tap for the next key, two for good, another to let go", () => {
  assert.equal(stickyAfterTap("off", 10), "once");
  assert.equal(stickyAfterTap("once", 0.2), "locked");
  assert.equal(stickyAfterTap("once", 2), "off");
  assert.equal(stickyAfterTap("locked", 0.1), "off");
  assert.equal(stickyAfterKey("once"), "off");
  assert.equal(stickyAfterKey("locked"), "locked");
});

test("undelivered input reads as what was typed", () => {
  const readable = (text: string): string => readableInput(new TextEncoder().encode(text));
  assert.equal(readable("ls -l\r"), "ls -l⏎");
  assert.equal(readable("\x1b[A\x1bOB\x1b[1;5C\x03"), "↑↓→^C");
  assert.equal(readable("\x1b\t\x7f日本"), "⎋⇥⌫日本");
  assert.equal(readable("\x1bOP\x1b[15~\x1b[5;3~\x1b[1;7H"), "F1F5pguphome");
  assert.equal(readable("\x1b[200~two\rlines\x1b[201~\r"), "two⏎lines⏎");
});
