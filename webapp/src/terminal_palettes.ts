/** The palettes that a terminal can be drawn in, each with a dark or a light form or both. */
import type { ITheme } from "@xterm/xterm";

/** A theme of which the colours that programs are told are known. */
export type Palette = ITheme & {
  readonly foreground: string;
  readonly background: string;
  readonly cursor: string;
};

const ANSI_NAMES = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
  "brightBlack",
  "brightRed",
  "brightGreen",
  "brightYellow",
  "brightBlue",
  "brightMagenta",
  "brightCyan",
  "brightWhite",
] as const;

/**
 * Make a palette. `ground` is background, foreground, cursor and selection; `ansi` the sixteen colours in the order of
 * their numbers. All without a number sign, parted by blanks.
 */
function palette(ground: string, ansi: string): Palette {
  const [background = "", foreground = "", cursor = "", selection = ""] = colours(ground);
  const sixteen = colours(ansi);
  return {
    background,
    foreground,
    cursor,
    cursorAccent: background,
    selectionBackground: selection,
    scrollbarSliderBackground: `${sixteen[8]}55`,
    ...Object.fromEntries(ANSI_NAMES.map((name, index) => [name, sixteen[index]])),
  };
}

function colours(list: string): string[] {
  return list.split(" ").map((digits) => `#${digits}`);
}

interface Forms {
  readonly dark: Palette;
  readonly light: Palette;
}

/** A palette of one form is drawn in it whatever the app's own look. */
function only(form: Palette): Forms {
  return { dark: form, light: form };
}

export const PALETTES = {
  house: {
    dark: palette(
      "0b0e14 d3d9e4 7cc4ff 2b4a6b",
      "1d2330 f2777a 8fd18a e6c06a 74aef2 cf9bee 6fcfd0 c3cad6 69748a ff9a9b b2e8ab f7d994 9cc8ff e2bcfa 9aeaea f2f5fa",
    ),
    light: palette(
      "fbfcfe 232a36 0b62c4 bcd8f7",
      "232a36 b3262c 28722a 855d00 1557b0 8435a8 0a6c76 68717f 5c6675 c8343a 35843a 996c05 2369c6 9748bb 157c87 3a4351",
    ),
  },
  solarized: {
    dark: palette(
      "002b36 839496 93a1a1 073642",
      "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 586e75 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3",
    ),
    light: palette(
      "fdf6e3 657b83 586e75 eee8d5",
      "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 586e75 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3",
    ),
  },
  dracula: only(
    palette(
      "282a36 f8f8f2 f8f8f2 44475a",
      "21222c ff5555 50fa7b f1fa8c bd93f9 ff79c6 8be9fd f8f8f2 6272a4 ff6e6e 69ff94 ffffa5 d6acff ff92df a4ffff ffffff",
    ),
  ),
  catppuccin: {
    dark: palette(
      "1e1e2e cdd6f4 f5e0dc 45475a",
      "45475a f38ba8 a6e3a1 f9e2af 89b4fa f5c2e7 94e2d5 bac2de 585b70 f38ba8 a6e3a1 f9e2af 89b4fa f5c2e7 94e2d5 a6adc8",
    ),
    light: palette(
      "eff1f5 4c4f69 dc8a78 bcc0cc",
      "5c5f77 d20f39 40a02b df8e1d 1e66f5 ea76cb 179299 acb0be 6c6f85 d20f39 40a02b df8e1d 1e66f5 ea76cb 179299 bcc0cc",
    ),
  },
  tokyo_night: {
    dark: palette(
      "1a1b26 c0caf5 c0caf5 283457",
      "15161e f7768e 9ece6a e0af68 7aa2f7 bb9af7 7dcfff a9b1d6 414868 f7768e 9ece6a e0af68 7aa2f7 bb9af7 7dcfff c0caf5",
    ),
    light: palette(
      "e1e2e7 3760bf 3760bf b7c1e3",
      "b4b5b9 f52a65 587539 8c6c3e 2e7de9 9854f1 007197 6172b0 a1a6c5 f52a65 587539 8c6c3e 2e7de9 9854f1 007197 3760bf",
    ),
  },
  github_light: only(
    palette(
      "ffffff 24292f 0969da badefc",
      "24292f cf222e 116329 4d2d00 0969da 8250df 1b7c83 6e7781 57606a a40e26 1a7f37 633c01 218bff a475f9 3192aa 8c959f",
    ),
  ),
  contrast: {
    dark: palette(
      "000000 ffffff ffff00 264f9e",
      "000000 ff8080 7dff7d ffff00 9ecbff ff9cff 66ffff ffffff bfbfbf ffa6a6 b0ffb0 ffff99 c7e0ff ffc4ff b3ffff ffffff",
    ),
    light: palette(
      "ffffff 000000 0000c0 a8ccff",
      "000000 8a0000 004d00 523a00 00238c 5c006b 00474d 3a3a3a 4a4a4a a30000 006100 664900 0033b3 730085 005c63 000000",
    ),
  },
} as const satisfies Readonly<Record<string, Forms>>;

export type PaletteName = keyof typeof PALETTES;
export const PALETTE_NAMES = Object.keys(PALETTES) as readonly PaletteName[];
