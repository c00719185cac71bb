/** Sends what is written: with Enter by a tap, without it when held. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../strings.ts";
import { Icon } from "./icons.tsx";
import { keepFocus } from "./key.tsx";

const HOLD_MILLISECONDS = 500;
const HAPTIC_MILLISECONDS = 12;

interface SendButtonProps {
  readonly isEmpty: boolean;
  readonly disabled: boolean;
  readonly haptics: boolean;
  readonly send: (withEnter: boolean) => void;
}

export function SendButton({ isEmpty, disabled, haptics, send }: SendButtonProps): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const wasHeld = useRef(false);
  const latest = useRef(send);
  latest.current = send;
  const stop = (): void => clearTimeout(timer.current);
  useEffect(() => stop, []);
  const start = (event: PointerEvent): void => {
    keepFocus(event);
    wasHeld.current = false;
    if (disabled || isEmpty || event.button !== 0) return;
    timer.current = setTimeout(() => {
      wasHeld.current = true;
      if (haptics) navigator.vibrate?.(HAPTIC_MILLISECONDS);
      latest.current(false);
    }, HOLD_MILLISECONDS);
  };
  return (
    <button
      type="submit"
      class="button-icon button-send"
      data-testid="composer-send"
      aria-label={say(isEmpty ? "composer.send_enter" : "composer.send_text")}
      disabled={disabled}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerCancel={stop}
      onPointerLeave={stop}
      onMouseDown={keepFocus}
      onContextMenu={(event) => event.preventDefault()}
      onClick={(event) => {
        if (wasHeld.current) event.preventDefault(); // it was sent already
        wasHeld.current = false;
      }}
    >
      <Icon name="send" />
    </button>
  );
}
