/** One finger on the terminal: a drag scrolls with momentum, a long press selects, taps and swipes from the edge are told. */
import type { Terminal } from "@xterm/xterm";
import type { TerminalGrid } from "./terminal_grid.ts";
import { HOLD_MILLISECONDS, type Touched, TouchGesture } from "./touch_gesture.ts";
import { Momentum } from "./touch_momentum.ts";

export interface TouchEvents {
  scrolled(): void;
  /** A tap in the window; returns whether it is used up, so that no click follows. */
  tapped(x: number, y: number): boolean;
  /** A second tap at the place of the first, right after it. */
  doubleTapped(): void;
  /** A long press. */
  held(x: number, y: number): void;
  /** The finger of a long press has moved on. */
  heldMoved(x: number, y: number): void;
  /** A finger from the left edge has come so far to the right. */
  swiped(pixels: number): void;
  swipeEnded(pixels: number): void;
}

/** Follow touches on `host`; returns how to stop. */
export function followTouch(
  host: HTMLElement,
  terminal: Terminal,
  grid: TerminalGrid,
  events: TouchEvents,
): () => void {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const gesture = new TouchGesture();
  const momentum = new Momentum();
  let lastY = 0;
  let remainder = 0;
  let frame = 0;
  let holding: ReturnType<typeof setTimeout> | undefined;

  const scrollBy = (pixels: number, { x, y }: Touched): void => {
    remainder += pixels;
    const { height } = grid.cell;
    const rows = Math.trunc(remainder / height);
    if (rows === 0) return;
    remainder -= rows * height;
    scrollRows(grid, terminal, -rows, x, y);
  };

  const start = (event: TouchEvent): void => {
    const wasMoving = frame !== 0;
    stopGliding();
    clearTimeout(holding);
    const touched = touchedBy(event.touches[0], event);
    if (event.touches.length !== 1 || touched === null) {
      gesture.ignore();
      return;
    }
    gesture.down(touched, wasMoving);
    momentum.rest(touched.time);
    lastY = touched.y;
    remainder = 0;
    holding = setTimeout(() => {
      if (gesture.hold()) events.held(touched.x, touched.y);
    }, HOLD_MILLISECONDS);
  };

  const move = (event: TouchEvent): void => {
    const touched = touchedBy(event.touches[0], event);
    if (touched === null) return;
    const moved = gesture.move(touched);
    if (moved === "nothing") return;
    clearTimeout(holding);
    event.preventDefault();
    if (moved === "hold") events.heldMoved(touched.x, touched.y);
    else if (moved === "edge") events.swiped(Math.max(0, gesture.across));
    else {
      if (moved === "drag_begins") events.scrolled();
      momentum.move(touched.y - lastY, touched.time);
      scrollBy(touched.y - lastY, touched);
      lastY = touched.y;
    }
  };

  const end = (event: TouchEvent): void => {
    clearTimeout(holding);
    const touched = touchedBy(event.changedTouches[0], event);
    if (touched === null) return;
    switch (gesture.up(touched)) {
      case "tap":
        if (events.tapped(touched.x, touched.y)) event.preventDefault();
        return;
      case "double_tap":
        event.preventDefault(); // or the browser makes it a double click, which selects a word
        events.doubleTapped();
        return;
      case "hold":
        event.preventDefault(); // a click would end the selection
        return;
      case "edge":
        event.preventDefault();
        events.swipeEnded(gesture.across);
        return;
      case "drag":
        event.preventDefault(); // no click follows a drag
        if (!calm && momentum.release(touched.time)) glide(touched);
    }
  };

  /** The system has taken the touch for a gesture of its own. */
  const cancel = (): void => {
    clearTimeout(holding);
    gesture.ignore();
    events.swipeEnded(0);
  };

  const glide = (from: Touched): void => {
    let before = performance.now();
    const next = (now: number): void => {
      scrollBy(momentum.glide(now - before), from);
      before = now;
      frame = momentum.isMoving ? requestAnimationFrame(next) : 0;
    };
    frame = requestAnimationFrame(next);
  };
  const stopGliding = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
  };

  const listeners = [
    ["touchstart", start, { passive: true }],
    ["touchmove", move, { passive: false }],
    ["touchend", end, { passive: false }],
    ["touchcancel", cancel, { passive: true }],
  ] as const;
  for (const [name, listener, options] of listeners) host.addEventListener(name, listener, options);
  return () => {
    stopGliding();
    clearTimeout(holding);
    for (const [name, listener] of listeners) host.removeEventListener(name, listener);
  };
}

function touchedBy(touch: Touch | undefined, { timeStamp }: TouchEvent): Touched | null {
  return touch === undefined ? null : { x: touch.clientX, y: touch.clientY, time: timeStamp };
}

/** Scroll what a mouse wheel would: the scrollback, or the program where it has the whole screen or the mouse. */
function scrollRows(
  grid: TerminalGrid,
  terminal: Terminal,
  rows: number,
  clientX: number,
  clientY: number,
): void {
  const programScrolls =
    terminal.buffer.active.type === "alternate" || terminal.modes.mouseTrackingMode !== "none";
  if (!programScrolls) {
    terminal.scrollLines(rows);
    return;
  }
  const deltaY = Math.sign(rows);
  for (let count = Math.abs(rows); count > 0; count -= 1) {
    grid.screen?.dispatchEvent(
      new WheelEvent("wheel", { deltaY, deltaMode: 1, clientX, clientY, bubbles: true, cancelable: true }),
    );
  }
}
