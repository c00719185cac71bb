/** How much a phone loads before the first screen answers, and before a terminal does; needs a build. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const APP = new URL("../dist/app/", import.meta.url);
/** Compressed, a kilobyte has 1,000 bytes; a relay at Cloudflare compresses what is text. */
const FIRST_SCREEN_BYTES = 110_000;
const TERMINAL_BYTES = 260_000;
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
const firstScripts = withImports(script);
const firstScreen = new Set(["index.html", style, named("icon"), ...firstScripts, named(FONTS[0] ?? "")]);

test("the first screen loads little, and no terminal", () => {
  const bytes = total(firstScreen);
  assert.ok(bytes > 50_000, `the count found files: ${bytes}`);
  assert.ok(bytes <= FIRST_SCREEN_BYTES, `${bytes} bytes`);
  for (const later of ["terminal_screen", "settings"]) assert.ok(!firstScripts.has(named(later)), later);
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
    new Set([...firstScreen, ...withImports(named("terminal_screen")), ...FONTS.map(named)]),
  );
  assert.ok(bytes <= TERMINAL_BYTES, `${bytes} bytes`);
});
