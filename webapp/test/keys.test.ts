/** What keys, sticky Ctrl and the composer send, and how undelivered input reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  composedInput,
  keySequence,
  readableInput,
  stickyAfterKey,
  stickyAfterTap,
  withCtrl,
} from "../src/keys.ts";

test("keys of the bar, with Ctrl and in application mode", () => {
  assert.equal(keySequence("escape", false, false), "\x1b");
  assert.equal(keySequence("tab", true, true), "\t");
  assert.equal(keySequence("up", false, false), "\x1b[A");
  assert.equal(keySequence("left", false, true), "\x1bOD");
  assert.equal(keySequence("right", true, true), "\x1b[1;5C");
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

test("several composed lines are one paste where the program knows pastes", () => {
  assert.equal(composedInput("ls", false), "ls\r");
  assert.equal(composedInput("ls", true), "ls\r");
  assert.equal(composedInput("", false), "\r");
  assert.equal(composedInput("a\nb", false), "a\rb\r");
  assert.equal(composedInput("a\r\nb", true), "\x1b[200~a\rb\x1b[201~\r");
});

test("undelivered input reads as what was typed", () => {
  const readable = (text: string): string => readableInput(new TextEncoder().encode(text));
  assert.equal(readable("ls -l\r"), "ls -l⏎");
  assert.equal(readable("\x1b[A\x1bOB\x1b[1;5C\x03"), "↑↓→^C");
  assert.equal(readable("\x1b\t\x7f日本"), "⎋⇥⌫日本");
  assert.equal(readable("\x1b[200~two\rlines\x1b[201~\r"), "two⏎lines⏎");
});
