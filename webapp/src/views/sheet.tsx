/** A sheet over the lower part of the screen: everything else waits until it is closed. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { say } from "../strings.ts";
import { Icon } from "./icons.tsx";

interface SheetProps {
  readonly name: string;
  readonly title: ComponentChildren;
  readonly close: () => void;
  /** Leads to the former step, where there is one. */
  readonly back?: () => void;
  /** What stays in sight below what scrolls. */
  readonly foot?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Sheet({ name, title, close, back, foot, children }: SheetProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it through its cancel event
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={`${name}-title`}
      data-testid={name}
      onCancel={(event) => {
        event.preventDefault(); // its end is the route's to decide
        (back ?? close)();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div class="sheet-panel">
        <header class="sheet-head">
          {back ? (
            <button
              type="button"
              class="button-icon"
              aria-label={say("sheet.back")}
              data-testid="sheet-back"
              onClick={back}
            >
              <Icon name="back" />
            </button>
          ) : null}
          <h2 class="sheet-title" id={`${name}-title`}>
            {title}
          </h2>
          <button
            type="button"
            class="button-icon"
            aria-label={say("sheet.close")}
            data-testid="sheet-close"
            onClick={close}
          >
            <Icon name="close" />
          </button>
        </header>
        <div class="sheet-body">{children}</div>
        {foot ? <footer class="sheet-foot">{foot}</footer> : null}
      </div>
    </dialog>
  );
}
