/** The keys that a phone's keyboard lacks: one row of them, and the others above it on request. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { spokenKey } from "../key_labels.ts";
import { isModifier, KEYS, type KeyName, type Modifier, type NamedKey } from "../key_names.ts";
import { type Sticky, stickyAfterTap } from "../keys.ts";
import { say } from "../strings.ts";
import { Key, keepFocus } from "./key.tsx";

const MIN_KEY_PIXELS = 44;
/** With a mouse there is a keyboard with all keys: then the row is away until it is asked for. */
const HARDWARE_KEYBOARD = "(hover: hover) and (pointer: fine)";

export type Stickies = Readonly<Record<Modifier, Sticky>>;

interface KeyBarProps {
  readonly keys: readonly KeyName[];
  readonly expanded: boolean;
  readonly stickies: Stickies;
  readonly setSticky: (modifier: Modifier, sticky: Sticky) => void;
  readonly press: (key: NamedKey) => void;
  readonly haptic: () => void;
  readonly disabled: boolean;
}

export function KeyBar(props: KeyBarProps): JSX.Element {
  const { keys, expanded } = props;
  const row = useRef<HTMLDivElement>(null);
  const hidesRow = window.matchMedia(HARDWARE_KEYBOARD).matches;
  const [fitting, setFitting] = useState(hidesRow ? 0 : keys.length);
  useLayoutEffect(() => {
    const element = row.current;
    if (element === null) return undefined;
    const fit = (): void => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      const room = element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
      setFitting(Math.max(1, Math.floor(room / MIN_KEY_PIXELS)));
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    fit();
    return () => observer.disconnect();
  }, []);
  return (
    <>
      {expanded ? (
        <div class="keys-more" role="toolbar" aria-label={say("keys.more")} data-testid="keys-more">
          {keys.slice(fitting).map((name) => (
            <BarKey key={name} name={name} {...props} />
          ))}
        </div>
      ) : null}
      {hidesRow ? null : (
        <div ref={row} class="keybar" role="toolbar" aria-label={say("keys.label")}>
          {keys.slice(0, fitting).map((name) => (
            <BarKey key={name} name={name} {...props} />
          ))}
        </div>
      )}
    </>
  );
}

function BarKey({ name, ...props }: KeyBarProps & { readonly name: KeyName }): JSX.Element {
  if (isModifier(name)) return <StickyKey name={name} {...props} />;
  const { press, haptic, disabled } = props;
  const { cap, repeats } = KEYS[name];
  return (
    <Key
      name={TEST_NAMES[name] ?? name}
      label={spokenKey(name)}
      repeats={repeats}
      disabled={disabled}
      press={() => press(name)}
      haptic={haptic}
    >
      {cap}
    </Key>
  );
}

/** Where a test id is shorter than the name. */
const TEST_NAMES: Partial<Record<NamedKey, string>> = { escape: "esc" };

function StickyKey({ name, ...props }: KeyBarProps & { readonly name: Modifier }): JSX.Element {
  const { stickies, setSticky, haptic, disabled } = props;
  const sticky = stickies[name];
  const lastTapSeconds = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (disabled && sticky !== "off") setSticky(name, "off");
  }, [disabled, sticky]);
  const tap = (): void => {
    const now = performance.now() / 1_000;
    setSticky(name, stickyAfterTap(sticky, now - lastTapSeconds.current));
    lastTapSeconds.current = now;
    haptic();
  };
  const label = spokenKey(name);
  return (
    <button
      type="button"
      class={`key key-${sticky}`}
      data-testid={`key-${name}`}
      data-sticky={sticky}
      aria-label={sticky === "locked" ? say("keys.locked", { key: label }) : label}
      aria-pressed={sticky !== "off"}
      disabled={disabled}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={tap}
    >
      {name}
    </button>
  );
}
