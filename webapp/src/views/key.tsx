/** One key under a finger: it sends at once, repeats while held, and leaves the focus where it is. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

const REPEAT_AFTER_MILLISECONDS = 350;
const REPEAT_EVERY_MILLISECONDS = 90;
const FAST_AFTER_MILLISECONDS = 400;
const FAST_EVERY_MILLISECONDS = 40;
/** A cap of more characters is written smaller. */
const LONG_CAP = 3;

interface KeyProps {
  readonly name: string;
  readonly label: string;
  readonly repeats: boolean;
  readonly disabled: boolean;
  readonly press: () => void;
  readonly haptic: () => void;
  readonly children: string;
}

export function Key({ name, label, repeats, disabled, press, haptic, children }: KeyProps): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stop = (): void => clearTimeout(timer.current);
  useEffect(() => stop, []);
  const start = (event: PointerEvent): void => {
    keepFocus(event);
    if (disabled || event.button !== 0) return;
    haptic();
    press();
    if (!repeats) return;
    const began = performance.now();
    const again = (): void => {
      press();
      const fast = performance.now() - began > REPEAT_AFTER_MILLISECONDS + FAST_AFTER_MILLISECONDS;
      timer.current = setTimeout(again, fast ? FAST_EVERY_MILLISECONDS : REPEAT_EVERY_MILLISECONDS);
    };
    timer.current = setTimeout(again, REPEAT_AFTER_MILLISECONDS);
  };
  /** A key that is activated without a pointer, by a switch or a screen reader, arrives as a click alone. */
  const click = (event: MouseEvent): void => {
    if (event.detail === 0) press();
  };
  return (
    <button
      type="button"
      class={`key ${children.length > LONG_CAP ? "key-long" : ""}`}
      data-testid={`key-${name}`}
      aria-label={label}
      disabled={disabled}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerCancel={stop}
      onPointerLeave={stop}
      onMouseDown={keepFocus}
      onContextMenu={(event) => event.preventDefault()}
      onClick={click}
    >
      {children}
    </button>
  );
}

/** A key must not take the focus, or the soft keyboard would go. */
export function keepFocus(event: Event): void {
  event.preventDefault();
}
