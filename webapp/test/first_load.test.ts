/** How much a phone loads before the first screen answers, and before a terminal does; needs a build. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const APP = new URL("../dist/app/", import.meta.url);
/** Compressed, a kilobyte has 1,000 bytes; a relay at Cloudflare compresses what is text. */
const FIRST_SCREEN_BYTES = 65_000;
const TERMINAL_BYTES = 265_000;
/** What comes when it is wanted; the build has to know each of them. */
const LATER_PARTS = ["machine_part", "settings", "terminal_screen"];
/** What the first screens and a shell's prompt are written in. */
const FONTS = ["jetbrains-mono-latin-400-normal", "jetbrains-mono-latin-700-normal"];

const assets = existsSync(APP) ? readdirSync(new URL("assets/", APP)) : [];
const text = (path: string): string => readFileSync(new URL(path, APP), "utf8");

/** A file and all that it imports at once. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, path] of text(`assets/${name}`).matchAll(/(?:from|import)"\/app\/assets\/([\w.-]+\.js)"/g)) {
    if (path !== undefined) withImports(path, found);
  }
  return found;
}

function transferred(name: string): number {
  const content = readFileSync(new URL(name === "index.html" ? name : `assets/${name}`, APP));
  return /\.(woff2|png)$/.test(name) ? content.length : gzipSync(content).length;
}

const total = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + transferred(name), 0);
const named = (stem: string): string => {
  const name = assets.find((asset) => asset.startsWith(`${stem}.`));
  assert.ok(name, `the build has no ${stem}: make build`);
  return name;
};

const page = text("index.html");
const script = basename(/<script type="module" src="([^"]+)"/.exec(page)?.[1] ?? "");
const style = basename(/<link rel="stylesheet" href="([^"]+)"/.exec(page)?.[1] ?? "");
const laterStyle = basename(/<meta name="later-style" content="([^"]+)"/.exec(page)?.[1] ?? "");
const firstScripts = withImports(script);
const firstScreen = new Set(["index.html", style, named("icon"), ...firstScripts, named(FONTS[0] ?? "")]);

test("the first screen loads little, and no terminal", () => {
  const bytes = total(firstScreen);
  assert.ok(bytes > 50_000, `the count found files: ${bytes}`);
  assert.ok(bytes <= FIRST_SCREEN_BYTES, `${bytes} bytes`);
  for (const later of LATER_PARTS) assert.ok(!firstScripts.has(named(later)), later);
});

test("the first screens are one script, besides the one that begins with it", () => {
  assert.equal(firstScripts.size, 2, [...firstScripts].join(", "));
});

test("what the first screens look like is in their style sheet", () => {
  const sources = new URL("../src/", import.meta.url);
  const read = (path: string): string => readFileSync(new URL(path, sources), "utf8");
  const styled = (sheet: string): Set<string> => {
    const parts = [...read(`styles/${sheet}.css`).matchAll(/^@import "\.\/(.+)";$/gm)];
    const rules = parts.map(([, part]) => read(`styles/${part}`).replace(/\/\*[\s\S]*?\*\//g, "")).join("");
    return new Set([...rules.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name ?? ""));
  };
  const [first, later] = [styled("first"), styled("later")];
  const views = ["banner", "camera", "chip", "later", "machines", "pair", "root", "unsupported"];
  const classes = views.flatMap((view) =>
    [...read(`views/${view}.tsx`).matchAll(/class=(?:"[^"]*"|\{[^}]*\})/g)].flatMap(
      ([text]) => text.slice(6).match(/[\w-]+/g) ?? [],
    ),
  );
  assert.ok(classes.includes("button-plain") && first.size > 50 && later.size > 50);
  assert.deepEqual(
    classes.filter((name) => later.has(name) && !first.has(name)),
    [],
  );
});

test("whatever the script imports at once is asked for with it", () => {
  const preloaded = [...page.matchAll(/<link rel="modulepreload" href="\/app\/assets\/([^"]+)"/g)];
  assert.ok(preloaded.length > 0);
  assert.deepEqual(
    new Set(preloaded.map(([, name]) => name)),
    new Set([...firstScripts].filter((name) => name !== script)),
  );
});

test("everything that a terminal needs besides stays small", () => {
  const bytes = total(
    new Set([
      ...firstScreen,
      laterStyle,
      ...withImports(named("machine_part")),
      ...withImports(named("terminal_screen")),
      ...FONTS.map(named),
    ]),
  );
  assert.ok(bytes <= TERMINAL_BYTES, `${bytes} bytes`);
});
