/** The keys that a phone's keyboard lacks: they repeat while held, and Ctrl stays for the next key. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type NamedKey, type Sticky, stickyAfterTap } from "../keys.ts";
import { Icon, type IconName } from "./icons.tsx";

const REPEAT_AFTER_MILLISECONDS = 350;
const REPEAT_EVERY_MILLISECONDS = 90;
const FAST_AFTER_MILLISECONDS = 400;
const FAST_EVERY_MILLISECONDS = 40;
const HAPTIC_MILLISECONDS = 6;

interface KeyBarProps {
  readonly ctrl: Sticky;
  readonly setCtrl: (ctrl: Sticky) => void;
  readonly press: (key: NamedKey) => void;
  readonly disabled: boolean;
}

const ARROWS: readonly { readonly key: NamedKey; readonly icon: IconName; readonly label: string }[] = [
  { key: "left", icon: "left", label: "Left" },
  { key: "up", icon: "up", label: "Up" },
  { key: "down", icon: "down", label: "Down" },
  { key: "right", icon: "right", label: "Right" },
];

export function KeyBar({ ctrl, setCtrl, press, disabled }: KeyBarProps): JSX.Element {
  const lastTapSeconds = useRef(Number.NEGATIVE_INFINITY);
  const tapCtrl = (): void => {
    const now = performance.now() / 1_000;
    setCtrl(stickyAfterTap(ctrl, now - lastTapSeconds.current));
    lastTapSeconds.current = now;
    haptic();
  };
  return (
    <div class="keybar" role="toolbar" aria-label="Keys">
      <Key name="esc" label="Escape" disabled={disabled} press={() => press("escape")}>
        esc
      </Key>
      <Key name="tab" label="Tab" disabled={disabled} press={() => press("tab")}>
        tab
      </Key>
      <button
        type="button"
        class={`key key-ctrl key-${ctrl}`}
        data-testid="key-ctrl"
        data-sticky={ctrl}
        aria-label={ctrl === "locked" ? "Control, locked" : "Control"}
        aria-pressed={ctrl !== "off"}
        disabled={disabled}
        onPointerDown={keepFocus}
        onMouseDown={keepFocus}
        onClick={tapCtrl}
      >
        ctrl
      </button>
      {ARROWS.map(({ key, icon, label }) => (
        <Key key={key} name={key} label={label} repeats disabled={disabled} press={() => press(key)}>
          <Icon name={icon} size={20} />
        </Key>
      ))}
    </div>
  );
}

interface KeyProps {
  readonly name: string;
  readonly label: string;
  readonly repeats?: boolean;
  readonly disabled: boolean;
  readonly press: () => void;
  readonly children: JSX.Element | string;
}

function Key({ name, label, repeats = false, disabled, press, children }: KeyProps): JSX.Element {
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
      class="key"
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
function keepFocus(event: Event): void {
  event.preventDefault();
}

function haptic(): void {
  navigator.vibrate?.(HAPTIC_MILLISECONDS);
}
