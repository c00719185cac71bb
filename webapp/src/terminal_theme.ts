/** The palette in which terminals are drawn at the moment, and what programs are told of it. */
import { PALETTES, type Palette, type PaletteName } from "./terminal_palettes.ts";
import type { Bytes } from "./wire/bytes.ts";

const changes = new EventTarget();
let current: Palette = PALETTES.house.dark;

export function currentTheme(): Palette {
  return current;
}

/** Draw terminals in this palette from now on, in the form for a dark or a light app. */
export function drawIn(name: PaletteName, isDark: boolean): void {
  const chosen = PALETTES[name][isDark ? "dark" : "light"];
  if (chosen === current) return;
  current = chosen;
  changes.dispatchEvent(new Event("change"));
}

/** Return what programs are told: foreground, background and cursor, red, green and blue of each. */
export function currentColours(): Bytes {
  const { foreground, background, cursor } = current;
  const digits = [foreground, background, cursor].map((colour) => colour.slice(1)).join("");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hear of another palette; returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  changes.addEventListener("change", changed);
  return () => changes.removeEventListener("change", changed);
}
