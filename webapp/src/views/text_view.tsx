/** Screen and scrollback as text that can be selected and copied with a finger. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { copyText } from "../clipboard.ts";
import type { TerminalSurface } from "../terminal.ts";
import { Icon } from "./icons.tsx";

const REFRESH_MILLISECONDS = 200;

interface TextViewProps {
  readonly surface: TerminalSurface;
  readonly title: string;
  readonly close: () => void;
  readonly notify: (text: string) => void;
}

export function TextView({ surface, title, close, notify }: TextViewProps): JSX.Element {
  const [text, setText] = useState(() => surface.text());
  const content = useRef<HTMLPreElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = (): void => {
      timer = undefined;
      if (getSelection()?.isCollapsed ?? true) setText(surface.text());
    };
    const stop = surface.onChange(() => {
      timer ??= setTimeout(refresh, REFRESH_MILLISECONDS);
    });
    refresh(); // what changed since the first text was taken
    content.current?.scrollTo(0, content.current.scrollHeight);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [surface]);

  const copy = async (): Promise<void> => {
    const selected = getSelection()?.toString() ?? "";
    const copied = selected === "" ? text : selected;
    const done = await copyText(copied);
    notify(
      done ? `Copied ${copied.length.toLocaleString()} characters.` : "The browser did not allow copying.",
    );
  };
  return (
    <div class="text-view" role="dialog" aria-modal="true" aria-label={`${title} as text`}>
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label="Close"
          data-testid="text-view-close"
          onClick={close}
        >
          <Icon name="close" />
        </button>
        <h2 class="bar-title">{title}</h2>
        <button
          type="button"
          class="button-icon"
          aria-label="Copy"
          data-testid="text-view-copy"
          onClick={() => void copy()}
        >
          <Icon name="copy" />
        </button>
      </header>
      <pre ref={content} class="text-view-content" data-testid="text-view-content">
        {text}
      </pre>
    </div>
  );
}
