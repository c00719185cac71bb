/** The terminal's font: which one it is, loading it, and how large its cells are. */
import type { FontMetrics } from "./fit.ts";
import { hasGpu } from "./gpu.ts";
import type { FontChoice } from "./settings.ts";

const SYSTEM_FAMILIES = "ui-monospace, Menlo, monospace";
const FAMILIES: Readonly<Record<FontChoice, string>> = {
  jetbrains: `"JetBrains Mono", ${SYSTEM_FAMILIES}`,
  system: SYSTEM_FAMILIES,
};
const MEASURED_PIXELS = 100;

/** The font of terminals that are opened from now on. */
class TerminalFont {
  #choice: FontChoice = "jetbrains";

  choose(choice: FontChoice): void {
    this.#choice = choice;
  }

  get family(): string {
    return FAMILIES[this.#choice];
  }

  /** Wait until the font can be measured and drawn; a phone without it gets its own monospaced one. */
  async load(): Promise<void> {
    await Promise.allSettled(
      ["400", "700"].map((weight) => document.fonts.load(`${weight} 13px ${this.family}`, "Wq0")),
    );
  }

  /** How wide a cell is, per pixel of the font's size. */
  get advance(): number {
    return this.metrics.advance;
  }

  get metrics(): FontMetrics {
    const wholePixels = hasGpu();
    const context = document.createElement("canvas").getContext("2d");
    if (context === null) return { advance: 0.6, line: 1.32, wholePixels };
    context.font = `${MEASURED_PIXELS}px ${this.family}`;
    const measured = context.measureText("W");
    return {
      advance: measured.width / MEASURED_PIXELS,
      line: (measured.fontBoundingBoxAscent + measured.fontBoundingBoxDescent) / MEASURED_PIXELS,
      wholePixels,
    };
  }
}

export const terminalFont = new TerminalFont();
