/** Dictation by recorded event sequences of recognisers: what becomes text, what is only shown, how it ends. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Voice } from "../src/voice.ts";
import { VOICE_LANGUAGES, voiceLanguageName, voiceTag } from "../src/voice_languages.ts";
import { joinedTo, withSigns } from "../src/voice_punctuation.ts";
import type { Recogniser, RecogniserEvent } from "../src/voice_recogniser.ts";
import type { VoiceState } from "../src/voice_state.ts";

/** A recogniser that does what the test says; `made` are all that the app asked for. */
class ToldRecogniser implements Recogniser {
  static made: ToldRecogniser[] = [];
  lang = "";
  continuous = true;
  interimResults = false;
  onstart: (() => void) | null = null;
  onresult: ((event: RecogniserEvent) => void) | null = null;
  onerror: ((event: RecogniserEvent) => void) | null = null;
  onend: (() => void) | null = null;
  readonly calls: string[] = [];

  constructor() {
    ToldRecogniser.made.push(this);
  }

  start(): void {
    this.calls.push("start");
  }

  stop(): void {
    this.calls.push("stop");
  }

  abort(): void {
    this.calls.push("abort");
  }

  hears(...pieces: readonly string[]): void {
    const results = pieces.map((transcript) => [{ transcript }]);
    this.onresult?.(Object.assign(new Event("result"), { results }));
  }

  fails(error: string): void {
    this.onerror?.(Object.assign(new Event("error"), { error }));
    this.onend?.();
  }
}

interface Told {
  readonly voice: Voice;
  readonly texts: string[];
  readonly state: () => VoiceState | undefined;
  readonly recogniser: () => ToldRecogniser;
}

function dictation(language = "en-US"): Told {
  ToldRecogniser.made = [];
  const texts: string[] = [];
  const states: VoiceState[] = [];
  const voice = new Voice(ToldRecogniser, {
    changed: (state) => states.push(state),
    dictated: (text) => texts.push(text),
  });
  voice.toggle(language);
  return {
    voice,
    texts,
    state: () => states.at(-1),
    recogniser: () => ToldRecogniser.made.at(-1) as ToldRecogniser,
  };
}

test("what is heard is shown, and becomes text once, when its sentence ends", () => {
  const { texts, state, recogniser } = dictation();
  assert.equal(state()?.phase, "starting");
  assert.deepEqual([recogniser().lang, recogniser().continuous], ["en-US", false]);
  recogniser().onstart?.();
  recogniser().hears("run the");
  assert.deepEqual(state(), { phase: "listening", heard: "run the", failure: null });
  recogniser().hears("run the tests");
  recogniser().hears("run the tests"); // Android calls the same words final more than once
  assert.deepEqual(texts, []);
  recogniser().onend?.();
  assert.deepEqual(texts, ["run the tests"]);
});

test("after a sentence it goes on listening, and a round without words is the end", () => {
  const { texts, state, recogniser } = dictation();
  recogniser().onstart?.();
  recogniser().hears("first");
  recogniser().onend?.();
  assert.equal(ToldRecogniser.made.length, 2);
  recogniser().onstart?.();
  recogniser().fails("no-speech");
  assert.deepEqual(texts, ["first"]);
  assert.deepEqual(state(), { phase: "off", heard: "", failure: null });
});

test("who stops gets what was heard, and no other round begins", () => {
  const { voice, texts, state, recogniser } = dictation();
  recogniser().onstart?.();
  recogniser().hears("half a");
  voice.toggle("en-US");
  assert.deepEqual(recogniser().calls, ["start", "stop"]);
  recogniser().hears("half a sentence");
  recogniser().onend?.();
  assert.deepEqual(texts, ["half a sentence"]);
  assert.equal(state()?.phase, "off");
  assert.equal(ToldRecogniser.made.length, 1);
});

test("silence that the recogniser does not notice stops it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { recogniser } = dictation();
    recogniser().onstart?.();
    mock.timers.tick(7_000);
    recogniser().hears("still here");
    mock.timers.tick(7_000);
    assert.deepEqual(recogniser().calls, ["start"]);
    mock.timers.tick(1_000);
    assert.deepEqual(recogniser().calls, ["start", "stop"]);
  } finally {
    mock.timers.reset();
  }
});

test("errors say why, keep what was heard, and end it", () => {
  const reasons = {
    "not-allowed": "denied",
    "service-not-allowed": "denied",
    "audio-capture": "no_microphone",
    network: "no_network",
    "language-not-supported": "language",
    "bad-grammar": "failed",
    toString: "failed",
  };
  for (const [code, failure] of Object.entries(reasons)) {
    const { state, recogniser } = dictation();
    recogniser().fails(code);
    assert.deepEqual(state(), { phase: "off", heard: "", failure }, code);
  }
  const { texts, state, recogniser } = dictation();
  recogniser().onstart?.();
  recogniser().hears("kept");
  recogniser().fails("network");
  assert.deepEqual(texts, ["kept"]);
  assert.equal(state()?.failure, "no_network");
});

test("a recogniser that cannot start is an error, and one that is left is heard no more", () => {
  const start = mock.method(ToldRecogniser.prototype, "start", () => {
    throw new Error("already started");
  });
  assert.equal(dictation().state()?.failure, "failed");
  start.mock.restore();
  const { voice, texts, recogniser } = dictation();
  recogniser().onstart?.();
  recogniser().hears("never sent");
  voice.dispose();
  recogniser().onend?.();
  assert.deepEqual(recogniser().calls, ["start", "abort"]);
  assert.deepEqual(texts, []);
});

test("signs are dictated by name, in English and in Chinese, and other words stay", () => {
  assert.equal(withSigns("hello comma world exclamation mark", "en-GB"), "hello, world!");
  assert.equal(withSigns("first new line second slash third", "en-US"), "first\nsecond/third");
  assert.equal(withSigns("the commander open parenthesis a close parenthesis", "en"), "the commander (a)");
  assert.equal(withSigns("你好逗号世界句号换行再见", "zh-CN"), "你好，世界。\n再见");
  assert.equal(withSigns("Komma period", "de-DE"), "Komma period");
});

test("dictated text joins what is written as its language does", () => {
  assert.equal(joinedTo("git", "status", "en-US"), " status");
  assert.equal(joinedTo("git ", " status", "en-US"), "status");
  assert.equal(joinedTo("git", ", please", "en-US"), ", please");
  assert.equal(joinedTo("src/", "main", "en-US"), "main");
  assert.equal(joinedTo("你好", "世界", "zh-CN"), "世界");
  assert.equal(joinedTo("", "status", "en-US"), "status");
});

test("the recogniser's language is the chosen one, or the browser's own form of the app's", () => {
  assert.equal(voiceTag("ja-JP", "en", ["en-AU"]), "ja-JP");
  assert.equal(voiceTag("system", "en", ["zh-CN", "en-AU"]), "en-AU");
  assert.equal(voiceTag("system", "zh", ["en"]), "zh-CN");
  for (const tag of VOICE_LANGUAGES.slice(1)) assert.notEqual(voiceLanguageName(tag), tag);
});
