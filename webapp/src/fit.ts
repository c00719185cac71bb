/** How a terminal fits its room: how many cells at the reading size, and how small a given size must be drawn. */
import { MAX_COLS, MAX_ROWS } from "./wire/limits.ts";
import type { Size } from "./wire/messages.ts";

const MIN_FONT_SIZE_PIXELS = 4;
const FONT_STEP_PIXELS = 0.5;
const MIN_FIT_COLS = 20;
const MIN_FIT_ROWS = 4;

/** A font's cell per pixel of font size, and how the renderer places cells. */
export interface FontMetrics {
  readonly advance: number;
  readonly line: number;
  /** Whether cells are as wide as whole device pixels, rounded down. */
  readonly wholePixels: boolean;
}

export interface Room {
  readonly width: number;
  readonly height: number;
  readonly devicePixelRatio: number;
}

/** Return the cells that fit at the reading size, which is in CSS pixels. */
export function fittingSize(room: Room, metrics: FontMetrics, readingSize: number): Size {
  const cell = cellAt(readingSize, metrics, room.devicePixelRatio);
  return {
    cols: clamp(Math.floor(room.width / cell.width), MIN_FIT_COLS, MAX_COLS),
    rows: clamp(Math.floor(room.height / cell.height), MIN_FIT_ROWS, MAX_ROWS),
  };
}

/** Return the largest font size, up to the reading size, at which `size` fits. */
export function fittingFontSize(room: Room, metrics: FontMetrics, readingSize: number, size: Size): number {
  for (let fontSize = readingSize; fontSize > MIN_FONT_SIZE_PIXELS; fontSize -= FONT_STEP_PIXELS) {
    const cell = cellAt(fontSize, metrics, room.devicePixelRatio);
    if (size.cols * cell.width <= room.width && size.rows * cell.height <= room.height) return fontSize;
  }
  return MIN_FONT_SIZE_PIXELS;
}

/** Rows begin on device pixels with every renderer, so their height is rounded up to one. */
function cellAt(
  fontSize: number,
  metrics: FontMetrics,
  devicePixelRatio: number,
): { width: number; height: number } {
  return {
    width: metrics.wholePixels
      ? Math.floor(metrics.advance * fontSize * devicePixelRatio) / devicePixelRatio
      : metrics.advance * fontSize,
    height: Math.ceil(metrics.line * fontSize * devicePixelRatio) / devicePixelRatio,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
