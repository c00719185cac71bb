/** Settings survive whatever is kept or imported, and go through a file unchanged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_KEYS } from "../src/keys.ts";
import {
  DEFAULT_SETTINGS,
  exportedSettings,
  fontSizeWithin,
  importedSettings,
  type Settings,
  settingsFrom,
  withMovedKey,
} from "../src/settings.ts";
import { PALETTE_NAMES, PALETTES } from "../src/terminal_palettes.ts";

const OTHERS: Settings = {
  language: "zh",
  look: "contrast",
  palette: "dracula",
  font: "system",
  fontSizePixels: 16.5,
  keys: [...DEFAULT_KEYS].reverse(),
  haptics: false,
  bellSound: true,
  keepsHistory: false,
  enterSends: false,
  snippets: [{ name: "Test", text: "make test\n" }],
  voiceLanguage: "ja-JP",
};

test("settings go through a file unchanged", () => {
  assert.deepEqual(importedSettings(exportedSettings(OTHERS)), OTHERS);
  assert.deepEqual(settingsFrom(OTHERS), OTHERS);
});

test("a file that is none is refused", () => {
  for (const text of ["", "{", "null", "[]", "7", '{"look":"dark"}', '"loopsy_settings"']) {
    assert.equal(importedSettings(text), null, text);
  }
});

test("what is missing, unknown or out of range is the default", () => {
  assert.deepEqual(settingsFrom(undefined), DEFAULT_SETTINGS);
  assert.deepEqual(
    settingsFrom({ look: "pink", palette: "toString", fontSizePixels: "13", keys: "all", haptics: 1 }),
    DEFAULT_SETTINGS,
  );
  assert.equal(settingsFrom({ fontSizePixels: 1e9 }).fontSizePixels, 24);
  assert.equal(fontSizeWithin(Number.NaN), DEFAULT_SETTINGS.fontSizePixels);
  assert.equal(fontSizeWithin(13.2), 13);
});

test("anything at all becomes settings that are whole", () => {
  const partly = fc.record(Object.fromEntries(Object.keys(OTHERS).map((name) => [name, fc.anything()])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), partly), (kept) => {
      const settings = settingsFrom(kept);
      assert.deepEqual(settingsFrom(settings), settings);
      assert.deepEqual([...settings.keys].sort(), [...DEFAULT_KEYS].sort());
    }),
  );
});

test("keys that are unknown or doubled go, and new ones come last", () => {
  const { keys } = settingsFrom({ keys: ["f5", "up", "f5", "meta"] });
  assert.deepEqual(keys.slice(0, 4), ["f5", "up", "escape", "tab"]);
});

test("a key moves by places and not over the ends", () => {
  assert.deepEqual(withMovedKey(["tab", "up", "down"], "down", -1), ["tab", "down", "up"]);
  assert.deepEqual(withMovedKey(["tab", "up", "down"], "tab", 1), ["up", "tab", "down"]);
  assert.deepEqual(withMovedKey(["tab", "up", "down"], "tab", -1), ["tab", "up", "down"]);
  assert.deepEqual(withMovedKey(["tab", "up", "down"], "down", 9), ["tab", "up", "down"]);
});

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.slice(1, 7).match(/../g) ?? [])
    .map((digits) => Number.parseInt(digits, 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("every palette is complete, and its text can be read", () => {
  for (const name of PALETTE_NAMES) {
    for (const palette of Object.values(PALETTES[name])) {
      const colours = Object.values(palette) as string[];
      assert.equal(colours.length, 22, name);
      for (const colour of colours) assert.match(colour, /^#[0-9a-f]{6}([0-9a-f]{2})?$/, name);
      const [low = 0, high = 0] = [palette.foreground, palette.background].map(luminance).sort();
      assert.ok((high + 0.05) / (low + 0.05) >= (name === "contrast" ? 15 : 4), name);
    }
  }
});
