/** Decides how much of the screen is visible, and whether a soft keyboard is what hides the rest. */

export interface ViewportFacts {
  readonly layoutWidth: number;
  readonly layoutHeight: number;
  readonly visualHeight: number;
  readonly visualTop: number;
  /** Whether something that takes text has the focus. */
  readonly editing: boolean;
}

export interface ViewportLayout {
  readonly width: number;
  /** The height without a keyboard. */
  readonly fullHeight: number;
  readonly visibleHeight: number;
  readonly top: number;
  readonly keyboardOpen: boolean;
}

/** No keyboard is lower than this; browser bars that come and go are. */
const KEYBOARD_MIN_PIXELS = 120;

/**
 * Return the layout for `facts`, after `previous`. Some browsers shrink the layout viewport for a keyboard, others
 * the visual one only: either way the full height is the one that was there before the keyboard.
 */
export function nextLayout(previous: ViewportLayout | null, facts: ViewportFacts): ViewportLayout {
  const visibleHeight = Math.min(facts.layoutHeight, facts.visualHeight);
  const sameWidth = previous !== null && previous.width === facts.layoutWidth;
  const before = sameWidth ? previous.fullHeight : facts.layoutHeight;
  const keyboardOpen = facts.editing && before - visibleHeight >= KEYBOARD_MIN_PIXELS;
  return {
    width: facts.layoutWidth,
    fullHeight: keyboardOpen ? before : facts.layoutHeight,
    visibleHeight,
    top: facts.visualTop,
    keyboardOpen,
  };
}
