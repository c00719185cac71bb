/** A button for what cannot be undone: it acts when it was held, or when it is pressed twice without a pointer. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** As long as the style sheet takes to fill the button. */
const HOLD_MILLISECONDS = 1_200;

interface HoldButtonProps {
  readonly name: string;
  readonly label: string;
  /** What it says after it was pressed once by a keyboard, a switch or a screen reader. */
  readonly confirmLabel: string;
  readonly act: () => void;
}

export function HoldButton({ name, label, confirmLabel, act }: HoldButtonProps): JSX.Element {
  const [held, setHeld] = useState(false);
  const [asks, setAsks] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const stop = (): void => {
    clearTimeout(timer.current);
    setHeld(false);
  };
  const start = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      setHeld(false);
      act();
    }, HOLD_MILLISECONDS);
  };
  return (
    <button
      type="button"
      class={`button-danger ${held ? "button-danger-held" : ""}`}
      data-testid={name}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerCancel={stop}
      onPointerLeave={stop}
      onContextMenu={(event) => event.preventDefault()}
      onBlur={() => setAsks(false)}
      onClick={(event) => {
        if (event.detail !== 0) return; // a pointer has to hold
        if (asks) act();
        else setAsks(true);
      }}
    >
      <span class="button-danger-label">{asks ? confirmLabel : label}</span>
    </button>
  );
}
