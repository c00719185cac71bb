/** The house palettes of the terminal, dark and light. */
import type { ITheme } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#0b0e14",
  foreground: "#d3d9e4",
  cursor: "#7cc4ff",
  cursorAccent: "#0b0e14",
  selectionBackground: "#2b4a6b",
  black: "#1d2330",
  red: "#f2777a",
  green: "#8fd18a",
  yellow: "#e6c06a",
  blue: "#74aef2",
  magenta: "#cf9bee",
  cyan: "#6fcfd0",
  white: "#c3cad6",
  brightBlack: "#69748a",
  brightRed: "#ff9a9b",
  brightGreen: "#b2e8ab",
  brightYellow: "#f7d994",
  brightBlue: "#9cc8ff",
  brightMagenta: "#e2bcfa",
  brightCyan: "#9aeaea",
  brightWhite: "#f2f5fa",
  scrollbarSliderBackground: "#69748a55",
};

const LIGHT: ITheme = {
  background: "#fbfcfe",
  foreground: "#232a36",
  cursor: "#0b62c4",
  cursorAccent: "#fbfcfe",
  selectionBackground: "#bcd8f7",
  black: "#232a36",
  red: "#b3262c",
  green: "#28722a",
  yellow: "#855d00",
  blue: "#1557b0",
  magenta: "#8435a8",
  cyan: "#0a6c76",
  white: "#68717f",
  brightBlack: "#5c6675",
  brightRed: "#c8343a",
  brightGreen: "#35843a",
  brightYellow: "#996c05",
  brightBlue: "#2369c6",
  brightMagenta: "#9748bb",
  brightCyan: "#157c87",
  brightWhite: "#3a4351",
  scrollbarSliderBackground: "#5c667544",
};

const prefersLight = window.matchMedia("(prefers-color-scheme: light)");

export function currentTheme(): ITheme {
  return prefersLight.matches ? LIGHT : DARK;
}

/** Hear of the system's change between dark and light; returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  prefersLight.addEventListener("change", changed);
  return () => prefersLight.removeEventListener("change", changed);
}
