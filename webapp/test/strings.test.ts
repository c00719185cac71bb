/** Both languages say everything, no view says anything by itself, and counts and ages are worded by rule. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { DASHBOARD_WORDS, WITHOUT_RELAY } from "../src/dashboard/strings_dashboard.ts";
import { durationText, languageFor, learn, say, sayCount, speak } from "../src/strings.ts";
import { CHINESE } from "../src/strings_chinese.ts";
import { ENGLISH, type StringKey } from "../src/strings_english.ts";
import { FIRST_WORDS } from "../src/strings_first.ts";
import { LATER_WORDS } from "../src/strings_later.ts";

const KEYS = Object.keys(ENGLISH) as StringKey[];
const SOURCES = new URL("../src/", import.meta.url);
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test("both languages have the same keys, with the same placeholders, and no empty text", () => {
  assert.deepEqual(Object.keys(CHINESE).sort(), Object.keys(ENGLISH).sort());
  for (const key of KEYS) {
    assert.notEqual(CHINESE[key].trim(), "", key);
    if (key.endsWith(".one")) continue; // "one" may be a word
    assert.deepEqual(placeholders(CHINESE[key]), placeholders(ENGLISH[key]), key);
  }
});

test("no two parts of a language say the same key", () => {
  for (const language of ["english", "chinese"]) {
    const parts = readdirSync(new URL("strings/", SOURCES)).filter((name) => name.startsWith(language));
    const keys = parts.flatMap((name) => {
      const source = readFileSync(new URL(`strings/${name}`, SOURCES), "utf8");
      return [...source.matchAll(/^ {2}"([^"]+)":/gm)].map(([, key]) => key);
    });
    assert.deepEqual(keys.sort(), [...KEYS].sort());
  }
});

test("every text comes with one part of the app: the first screens, the later ones, or the dashboard", () => {
  for (const language of ["en", "zh"] as const) {
    const keys = [FIRST_WORDS, LATER_WORDS, DASHBOARD_WORDS].flatMap((words) => Object.keys(words[language]));
    assert.deepEqual(keys.sort(), [...KEYS].sort());
  }
});

/** A module and all that it imports at once, from the folder of the sources. */
function withImports(path: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(path) || !/\.tsx?$/.test(path)) return found;
  const source = readFileSync(new URL(path, SOURCES), "utf8");
  found.set(path, source);
  for (const [, name = ""] of source.matchAll(/^import (?!type )(?:[^"]*? from )?"(\.[^"]+)";$/gm))
    withImports(new URL(name, new URL(path, SOURCES)).pathname, found);
  return found;
}

test("the first screens say nothing that comes later", () => {
  const modules = withImports("main.tsx");
  const said = [...modules.values()].flatMap((source) =>
    [...source.matchAll(/\bsay(?:Count)?\(\s*(?:"([a-z_.]+)"|`([a-z_.]+)\$\{)/g)].map(
      ([, key, stem]) => key ?? stem ?? "",
    ),
  );
  assert.ok(modules.size > 30 && said.length > 30, `${modules.size} modules say ${said.length} things`);
  const known = Object.keys(FIRST_WORDS.en);
  assert.deepEqual(
    said.filter((key) => !known.some((other) => other.startsWith(key))),
    [],
  );
});

test("Chinese text is Chinese, but for names", () => {
  const names = /^(Loopsy|JetBrains Mono|Solarized|Dracula|Catppuccin|Tokyo Night)$/;
  const untranslated = KEYS.filter(
    (key) => !names.test(ENGLISH[key]) && !/\p{Script=Han}|：/u.test(CHINESE[key]),
  );
  assert.deepEqual(untranslated, []);
});

test("every string is said somewhere", () => {
  const code = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/^strings[_/]/.test(name))
    .map((name) => readFileSync(new URL(name, SOURCES), "utf8"))
    .join("\n");
  // a key is written whole, or as the part before what a template adds: `phase.${name}`, `${key}.one`
  const stems = [...code.matchAll(/`([a-z_]+\.(?:[a-z_]+\.)?)\$\{/g)].map(([, stem]) => stem ?? "");
  const unsaid = KEYS.filter((key) => {
    const whole = key.replace(/\.(one|other)$/, "");
    return !code.includes(`"${whole}"`) && !stems.some((stem) => key.startsWith(stem));
  });
  assert.deepEqual(unsaid, []);
});

/** What a person could read: text between tags, and attributes that are read aloud or shown. */
const SPOKEN_ATTRIBUTE =
  /\b(?:aria-label|placeholder|title|hint|alt|label|confirmLabel)=(?:"|\{[`"])[^"`}]*\p{L}{2}/u;
const TEXT_BETWEEN_TAGS = /(?<!=)>\s*(?!loopsy |Loopsy<)[\p{L}’,. ]*\p{L}{2}[\p{L}’,.:!? ]*\s*<\/?\w/u;
/** A literal that begins like a sentence or a label. */
const SENTENCE = /["`]\p{Lu}\p{Ll}+(?:[ …’][^"`]*)?["`]/u;
const NOT_SPOKEN = new Set(['"Enter"', '"Escape"', '"Shift"', '"Tab"', '"DELETE"']);

test("no view has text of its own", () => {
  for (const name of readdirSync(new URL("views/", SOURCES))) {
    const source = readFileSync(new URL(`views/${name}`, SOURCES), "utf8").replace(
      /\/\*\*[\s\S]*?\*\/|\/\/.*$/gm,
      "",
    );
    for (const pattern of [SPOKEN_ATTRIBUTE, TEXT_BETWEEN_TAGS]) {
      assert.equal(pattern.exec(source)?.[0], undefined, name);
    }
    const sentences = [...source.matchAll(new RegExp(SENTENCE, "gu"))].map(([literal]) => literal);
    assert.deepEqual(
      sentences.filter((literal) => !NOT_SPOKEN.has(literal)),
      [],
      name,
    );
  }
});

test("the patterns for text in views find it", () => {
  for (const bad of ['aria-label="Close it"', "label={`Close it`}"]) assert.match(bad, SPOKEN_ATTRIBUTE);
  for (const bad of ["<h2>Nothing runs here</h2>", "<p>\n  Open a shell\n</p>"])
    assert.match(bad, TEXT_BETWEEN_TAGS);
  assert.match('{open ? "Opening…" : "New shell"}', SENTENCE);
  assert.doesNotMatch('aria-label={say("text.close")}', SPOKEN_ATTRIBUTE);
});

test("the browser's best language that the app speaks is spoken, unless one was chosen", () => {
  assert.equal(languageFor("system", ["zh-TW", "en"]), "zh");
  assert.equal(languageFor("system", ["fr-FR", "zh-CN"]), "zh");
  assert.equal(languageFor("system", ["de"]), "en");
  assert.equal(languageFor("system", []), "en");
  assert.equal(languageFor("zh", ["en"]), "zh");
});

test("counts take their form from the language, and numbers their digits", () => {
  assert.equal(sayCount("machines.sessions", 1), "1 session");
  assert.equal(sayCount("machines.sessions", 1_234), "1,234 sessions");
  assert.equal(sayCount("pair.wrong_code", 1), "That code is not right. One try is left.");
  learn(LATER_WORDS);
  assert.equal(say("session.menu", { session: "{session} $&" }), "Menu of {session} $&");
  try {
    assert.equal(speak("zh"), "zh-Hans");
    assert.equal(sayCount("machines.sessions", 1), "1 个会话");
    assert.equal(durationText(7_200), "2 小时");
  } finally {
    speak("en");
  }
});

test("the dashboard speaks of the daemon where the app speaks of the relay", () => {
  speak("en");
  assert.match(say("phase.waiting.hint", { duration: "3 s" }), /^The relay did not answer/);
  for (const language of ["en", "zh"] as const) {
    for (const [key, text] of Object.entries(WITHOUT_RELAY[language])) {
      const usual = { en: ENGLISH, zh: CHINESE }[language][key as StringKey];
      assert.deepEqual(placeholders(text), placeholders(usual), key);
      assert.doesNotMatch(text, /relay|中继/);
    }
  }
  learn(WITHOUT_RELAY);
  assert.equal(
    say("phase.waiting.hint", { duration: "3 s" }),
    "The daemon of this machine did not answer. Next attempt in 3 s.",
  );
});
