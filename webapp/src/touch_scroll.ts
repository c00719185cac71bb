/** Touch on the terminal: a drag scrolls with momentum, a tap is a tap, two of them at one place are another. */
import type { Terminal } from "@xterm/xterm";

export interface TouchEvents {
  scrolled(): void;
  tapped(): void;
  /** A second tap at the place of the first, right after it. */
  doubleTapped(): void;
}

const TAP_SLOP_PIXELS = 8;
const DOUBLE_TAP_MILLISECONDS = 300;
const DOUBLE_TAP_PIXELS = 24;
const FRICTION_PER_MILLISECOND = 0.997;
const MIN_SPEED = 0.02;

/** Follow touches on `host`; returns how to stop. */
export function followTouch(host: HTMLElement, terminal: Terminal, events: TouchEvents): () => void {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  /** Another finger makes it a gesture that is followed elsewhere. */
  let isAlone = false;
  let lastTap = { x: 0, y: 0, time: Number.NEGATIVE_INFINITY };
  let startY = 0;
  let lastY = 0;
  let lastTime = 0;
  let speed = 0;
  let remainder = 0;
  let dragging = false;
  let frame = 0;

  const rowHeight = (): number =>
    (host.querySelector<HTMLElement>(".xterm-screen")?.offsetHeight ?? 16) / terminal.rows;

  const scrollBy = (pixels: number, x: number, y: number): void => {
    remainder += pixels;
    const rows = Math.trunc(remainder / rowHeight());
    if (rows === 0) return;
    remainder -= rows * rowHeight();
    scrollRows(host, terminal, -rows, x, y);
  };

  const start = (event: TouchEvent): void => {
    cancelAnimationFrame(frame);
    const touch = event.touches[0];
    isAlone = event.touches.length === 1;
    if (!isAlone || touch === undefined) return;
    startY = touch.clientY;
    lastY = touch.clientY;
    lastTime = event.timeStamp;
    speed = 0;
    remainder = 0;
    dragging = false;
  };

  const move = (event: TouchEvent): void => {
    const touch = event.touches[0];
    if (!isAlone || touch === undefined) return;
    if (!dragging && Math.abs(touch.clientY - startY) < TAP_SLOP_PIXELS) return;
    if (!dragging) {
      dragging = true;
      events.scrolled();
    }
    event.preventDefault();
    const elapsed = Math.max(1, event.timeStamp - lastTime);
    const moved = touch.clientY - lastY;
    speed = 0.7 * (moved / elapsed) + 0.3 * speed;
    lastY = touch.clientY;
    lastTime = event.timeStamp;
    scrollBy(moved, touch.clientX, touch.clientY);
  };

  const tap = (event: TouchEvent): void => {
    const { clientX: x, clientY: y } = event.changedTouches[0] ?? { clientX: 0, clientY: 0 };
    const isSecond =
      event.timeStamp - lastTap.time <= DOUBLE_TAP_MILLISECONDS &&
      Math.hypot(x - lastTap.x, y - lastTap.y) <= DOUBLE_TAP_PIXELS;
    lastTap = { x, y, time: isSecond ? Number.NEGATIVE_INFINITY : event.timeStamp };
    if (!isSecond) {
      events.tapped();
      return;
    }
    event.preventDefault(); // or the browser makes it a double click, which selects a word
    events.doubleTapped();
  };

  const end = (event: TouchEvent): void => {
    if (!isAlone) return;
    if (!dragging) {
      tap(event);
      return;
    }
    event.preventDefault(); // no click follows a drag
    const touch = event.changedTouches[0];
    if (calm || touch === undefined || event.timeStamp - lastTime > 60) return;
    let before = performance.now();
    const glide = (now: number): void => {
      const elapsed = now - before;
      before = now;
      speed *= FRICTION_PER_MILLISECOND ** elapsed;
      scrollBy(speed * elapsed, touch.clientX, touch.clientY);
      if (Math.abs(speed) > MIN_SPEED) frame = requestAnimationFrame(glide);
    };
    frame = requestAnimationFrame(glide);
  };

  host.addEventListener("touchstart", start, { passive: true });
  host.addEventListener("touchmove", move, { passive: false });
  host.addEventListener("touchend", end, { passive: false });
  return () => {
    cancelAnimationFrame(frame);
    host.removeEventListener("touchstart", start);
    host.removeEventListener("touchmove", move);
    host.removeEventListener("touchend", end);
  };
}

/** Scroll what a mouse wheel would: the scrollback, or the program where it has the whole screen or the mouse. */
function scrollRows(
  host: HTMLElement,
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
  const target = host.querySelector(".xterm-screen");
  const deltaY = Math.sign(rows);
  for (let count = Math.abs(rows); count > 0; count -= 1) {
    target?.dispatchEvent(
      new WheelEvent("wheel", { deltaY, deltaMode: 1, clientX, clientY, bubbles: true, cancelable: true }),
    );
  }
}
