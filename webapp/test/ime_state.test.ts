/** Recorded event sequences of input methods: what the program is sent is the final text, once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isModifierKey, type PressedKey, sendsLettersAtOnce, writesText } from "../src/ime_keys.ts";
import { ImeState } from "../src/ime_state.ts";

/** What a browser tells: the element's text after each event, and what was inserted where it says so. */
type Told =
  | readonly ["start"]
  | readonly ["input", text: string, inserted?: string]
  | readonly ["end", text: string]
  | readonly ["finish", text: string];

function sent(told: readonly Told[], sendsLetters = false): string[] {
  const state = new ImeState(sendsLetters);
  const pieces = told.map((event) => {
    if (event[0] === "start") state.begin();
    if (event[0] === "input") return state.change(event[1], event[2] ?? null);
    if (event[0] === "end") return state.end(event[1]);
    if (event[0] === "finish") return state.finish(event[1]);
    return "";
  });
  return pieces.filter((piece) => piece !== "");
}

/** What a line of text becomes where every delete character takes back one character. */
function received(pieces: readonly string[]): string {
  const characters: string[] = [];
  for (const character of pieces.join("")) {
    if (character === "\x7f") characters.pop();
    else characters.push(character);
  }
  return characters.join("");
}

/** A composition in Chromium: text changes, then it ends, and Firefox tells of the end once more. */
const composed = (before: string, ...texts: readonly string[]): Told[] => [
  ["start"],
  ...texts.map((text): Told => ["input", before + text]),
  ["end", before + (texts.at(-1) ?? "")],
  ["input", before + (texts.at(-1) ?? "")],
];

test("Japanese: letters, kana and candidates stay here until one is chosen", () => {
  const pieces = sent(composed("", "k", "か", "かn", "かん", "かんj", "かんじ", "漢字", "感じ", "漢字"));
  assert.deepEqual(pieces, ["漢字"]);
});

test("Chinese: pinyin with spaces is not sent, the characters are, and Enter commits letters as they are", () => {
  const chosen = composed("", "n", "ni", "ni h", "ni ha", "ni hao", "你好");
  const letters = composed("你好", "l", "ls");
  assert.deepEqual(sent([...chosen, ...letters]), ["你好", "ls"]);
});

test("Chinese: a composition that is given up sends nothing", () => {
  assert.deepEqual(sent(composed("", "n", "ni", "n", "")), []);
});

test("Korean: a syllable that gives its last consonant to the next one is sent as it ends", () => {
  const first = composed("", "ㅎ", "하", "한", "하");
  const second = composed("하", "ㄴ", "나");
  assert.deepEqual(sent([...first, ...second]), ["하", "나"]);
});

test("Korean in Safari, which tells of no composition: only a finished syllable is sent", () => {
  const told: Told[] = [
    ["input", "ㅎ", "ㅎ"],
    ["input", ""],
    ["input", "하", "하"],
    ["input", ""],
    ["input", "한", "한"],
    ["input", "한ㄱ", "ㄱ"],
    ["input", "한"],
    ["input", "한구", "구"],
    ["input", "한국", "국"],
    ["input", "한국 ", " "],
  ];
  assert.deepEqual(sent(told), ["한", "국 "]);
  assert.deepEqual(sent([...told.slice(0, 5), ["finish", "한"]]), ["한"]);
});

test("Android: a word is sent when it is finished, as it was corrected", () => {
  const told: Told[] = [...composed("", "t", "te", "teh", "the"), ["input", "the ", " "]];
  assert.deepEqual(sent(told), ["the", " "]);
});

test("Android, letters at once: a correction takes back no more than it must", () => {
  const told: Told[] = [...composed("", "t", "te", "teh", "the"), ["input", "the ", " "]];
  const pieces = sent(told, true);
  assert.deepEqual(pieces, ["t", "e", "h", "\x7f\x7fhe", " "]);
  assert.equal(received(pieces), "the ");
});

test("Android: a finished word that is composed again is not sent again", () => {
  const typed: Told[] = ["t", "te", "tes", "test"].map((text) => ["input", text, text.at(-1)] as Told);
  assert.deepEqual(sent([...typed, ["start"], ["input", "test"], ["end", "test"], ["input", "test ", " "]]), [
    "t",
    "e",
    "s",
    "t",
    " ",
  ]);
});

test("Android: a suggestion for a word that was sent replaces it", () => {
  const told: Told[] = [
    ["input", "ls teh", "ls teh"],
    ["start"],
    ["input", "ls teh"],
    ["input", "ls the"],
    ["end", "ls the"],
  ];
  assert.deepEqual(sent(told), ["ls teh", "\x7f\x7fhe"]);
  assert.deepEqual(
    sent([
      ["input", "ls", "ls"],
      ["input", ""],
      ["input", "LS "],
    ]),
    ["ls", "\x7f\x7f", "LS "],
  );
});

test("letters at once never sends what is assembled, and takes back the letter that began it", () => {
  const pieces = sent(composed("", "k", "か", "かん", "缶"), true);
  assert.deepEqual(pieces, ["k", "\x7f缶"]);
});

test("a dead key is its letter, a new line is Enter, and a character outside the first plane is one character", () => {
  assert.deepEqual(sent(composed("", "´", "é")), ["é"]);
  assert.deepEqual(sent([["input", "a\n", "\n"]]), ["a\r"]);
  assert.deepEqual(
    sent([
      ["input", "👍", "👍"],
      ["input", "👎"],
    ]),
    ["👍", "\x7f👎"],
  );
});

test("what is written is finished before anything else is sent, and Backspace works on nothing", () => {
  assert.deepEqual(sent([["start"], ["input", "ni"], ["finish", "ni"], ["input", "x", "x"]]), ["ni", "x"]);
  const state = new ImeState(false);
  assert.equal(state.deleteBackward(""), "\x7f");
  assert.equal(state.deleteBackward("a"), "", "the element's own text tells by its change");
});

test("what is not final is known, to be shown", () => {
  const state = new ImeState(false);
  state.change("ls ", " ");
  state.begin();
  state.change("ls ni", null);
  assert.equal(state.provisional, "ni");
  state.end("ls 你");
  assert.equal(state.provisional, "");
  state.change("ls 你ㅎ", "ㅎ");
  assert.equal(state.provisional, "ㅎ");
});

test("whatever a keyboard does, the program has the element's text in the end", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", " ", "é", "ㅎ", "한", "か", "好", "👍"),
    maxLength: 6,
  });
  const event = fc.oneof(
    fc.constant<Told>(["start"]),
    fc.tuple(fc.constant("input" as const), text),
    fc.tuple(fc.constant("input" as const), text, fc.constantFrom("a", "한")),
    fc.tuple(fc.constant("end" as const), text),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), text, fc.boolean(), (told, last, sendsLetters) => {
      assert.equal(received(sent([...told, ["finish", last]], sendsLetters)), last);
    }),
    { numRuns: 300 },
  );
});

const key = (name: string, other: Partial<PressedKey> = {}): PressedKey => ({
  key: name,
  keyCode: 65,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...other,
});

test("text is what a keyboard writes; the terminal answers the keys that are none", () => {
  for (const name of ["Process", "Unidentified", "Dead", "é", "ㅎ", "´x"])
    assert.ok(writesText(key(name), false, ""));
  assert.ok(writesText(key("Enter", { keyCode: 229 }), false, ""), "an input method has taken it");
  for (const name of ["a", " ", "Enter", "ArrowUp", "F1", "Backspace", "Shift"])
    assert.ok(!writesText(key(name), false, ""), name);
  assert.ok(!writesText(key("c", { ctrlKey: true }), true, "abc"));
  assert.ok(!writesText(key("é", { altKey: true }), false, ""));
});

test("on a soft keyboard every character is text, and Backspace while there is text to take back", () => {
  assert.ok(writesText(key("a"), true, ""));
  assert.ok(!writesText(key("Enter"), true, "a"));
  assert.ok(writesText(key("Backspace"), true, "a"));
  assert.ok(!writesText(key("Backspace"), true, ""));
  assert.ok(isModifierKey(key("Shift")) && !isModifierKey(key("a")));
});

test("letters go at once on Android, unless a language of the user's is written with an input method", () => {
  const android = "Mozilla/5.0 (Linux; Android 15; Pixel 7) AppleWebKit/537.36";
  assert.ok(sendsLettersAtOnce(android, ["de-DE", "en"]));
  assert.ok(!sendsLettersAtOnce(android, ["en", "zh-CN"]));
  assert.ok(!sendsLettersAtOnce("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", ["en"]));
});
