/** The terminal's font: loading it, and how large its cells are. */
import type { FontMetrics } from "./fit.ts";
import { hasGpu } from "./gpu.ts";

export const FONT_FAMILY = '"JetBrains Mono", ui-monospace, Menlo, monospace';
const MEASURED_PIXELS = 100;

/** Wait until the font can be measured and drawn; a phone without it gets its own monospaced one. */
export async function loadFont(): Promise<void> {
  await Promise.allSettled(
    ["400", "700"].map((weight) => document.fonts.load(`${weight} 13px "JetBrains Mono"`, "Wq0")),
  );
}

export function fontMetrics(): FontMetrics {
  const wholePixels = hasGpu();
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return { advance: 0.6, line: 1.32, wholePixels };
  context.font = `${MEASURED_PIXELS}px ${FONT_FAMILY}`;
  const measured = context.measureText("W");
  return {
    advance: measured.width / MEASURED_PIXELS,
    line: (measured.fontBoundingBoxAscent + measured.fontBoundingBoxDescent) / MEASURED_PIXELS,
    wholePixels,
  };
}
