/** Keeps the page as tall as what is visible: tells the style sheets about viewport and soft keyboard. */
import { nextLayout, type ViewportLayout } from "./viewport_layout.ts";

/** With less height than this over a keyboard, the header gives way to rows of the terminal. */
const CRAMPED_PIXELS = 440;

/** Follow the viewport for as long as the page lives. */
export function followViewport(): void {
  let layout: ViewportLayout | null = null;
  const root = document.documentElement;
  const update = (): void => {
    const visual = window.visualViewport;
    const zoomed = visual !== null && visual.scale > 1.01;
    layout = nextLayout(layout, {
      layoutWidth: root.clientWidth,
      layoutHeight: root.clientHeight,
      visualHeight: visual === null || zoomed ? root.clientHeight : visual.height,
      visualTop: visual === null || zoomed ? 0 : visual.offsetTop,
      editing: document.activeElement?.matches("input, textarea") ?? false,
    });
    root.style.setProperty("--full-height", `${layout.fullHeight}px`);
    root.style.setProperty("--visible-height", `${layout.visibleHeight}px`);
    root.style.setProperty("--viewport-top", `${layout.top}px`);
    root.classList.toggle("keyboard-open", layout.keyboardOpen);
    root.classList.toggle("cramped", layout.keyboardOpen && layout.visibleHeight < CRAMPED_PIXELS);
  };
  window.visualViewport?.addEventListener("resize", update);
  window.visualViewport?.addEventListener("scroll", update);
  window.addEventListener("resize", update);
  document.addEventListener("focusin", update);
  document.addEventListener("focusout", () => setTimeout(update));
  update();
}
