/** Measures the room that a terminal has on this screen, keyboard open or not. */
import { fittingSize, type Room } from "./fit.ts";
import { terminalFont } from "./terminal_font.ts";
import type { Size } from "./wire/messages.ts";

/** The class of an invisible element that the style sheet gives the terminal's size. */
export const PROBE_CLASS = "stage-probe";

export function roomOf(probe: HTMLElement): Room {
  return { width: probe.clientWidth, height: probe.clientHeight, devicePixelRatio: window.devicePixelRatio };
}

/** Return the size that a terminal will have once it is on screen. */
export function expectedTerminalSize(fontSizePixels: number): Size {
  const probe = document.createElement("div");
  probe.className = PROBE_CLASS;
  document.body.append(probe);
  const room = roomOf(probe);
  probe.remove();
  return fittingSize(room, terminalFont.metrics, fontSizePixels);
}
