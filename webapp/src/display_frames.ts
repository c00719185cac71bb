/** The frames of the screen, as the browser tells of them. */
import type { Frames } from "./step_queue.ts";

/** Browsers draw no frames of what nobody sees, and do not always say so. */
const LONGEST_FRAME_MILLISECONDS = 100;

export const displayFrames: Frames = {
  nowMilliseconds: () => performance.now(),
  next: (callback) => {
    if (document.visibilityState === "hidden") {
      callback();
      return;
    }
    const once = (): void => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      callback();
    };
    const timer = setTimeout(once, LONGEST_FRAME_MILLISECONDS);
    const frame = requestAnimationFrame(once);
  },
};
