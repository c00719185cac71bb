/** Makes the page look and speak as the settings say, and follows the system where they leave it to that. */

import type { LookChoice, Settings } from "./settings.ts";
import { languageFor, speak } from "./strings.ts";
import { terminalFont } from "./terminal_font.ts";
import { currentTheme, drawIn } from "./terminal_theme.ts";

export type Look = "dark" | "light" | "contrast";

/** What the system asks of every page. */
export interface SystemWishes {
  readonly light: boolean;
  readonly contrast: boolean;
}

export function lookFor(choice: LookChoice, { light, contrast }: SystemWishes): Look {
  if (choice !== "system") return choice;
  if (contrast) return "contrast";
  return light ? "light" : "dark";
}

/** Keeps the page as the settings say. */
export class Appearance {
  readonly #light = window.matchMedia("(prefers-color-scheme: light)");
  readonly #contrast = window.matchMedia("(prefers-contrast: more)");
  #settings: Settings;

  /** `changed` is called when the system, not the user, made something look or read otherwise. */
  constructor(settings: Settings, changed: () => void) {
    this.#settings = settings;
    const follow = (): void => {
      this.#apply();
      changed();
    };
    this.#light.addEventListener("change", follow);
    this.#contrast.addEventListener("change", follow);
    window.addEventListener("languagechange", follow);
    this.#apply();
  }

  /** Show these settings; nothing happens if they are shown already. */
  show(settings: Settings): void {
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#apply();
  }

  #apply(): void {
    const { language, look, palette, font } = this.#settings;
    const root = document.documentElement;
    root.lang = speak(languageFor(language, navigator.languages));
    const shown = lookFor(look, { light: this.#light.matches, contrast: this.#contrast.matches });
    root.dataset.look = shown;
    drawIn(shown === "contrast" && palette === "house" ? "contrast" : palette, shown !== "light");
    terminalFont.choose(font);
    root.style.setProperty("--font-mono", terminalFont.family);
    root.style.setProperty("--terminal-ground", currentTheme().background);
    const ground = getComputedStyle(root).getPropertyValue("--ground");
    for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]"))
      meta.content = ground;
  }
}
