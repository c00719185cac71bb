/** Screen and scrollback as text that can be selected and copied with a finger. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { copyText } from "../clipboard.ts";
import { say, sayCount } from "../strings.ts";
import type { TerminalSurface } from "../terminal.ts";
import { Icon } from "./icons.tsx";

const REFRESH_MILLISECONDS = 200;

interface TextViewProps {
  readonly surface: TerminalSurface;
  readonly title: string;
  readonly close: () => void;
  /** Get more of what lies above. */
  readonly wantOlder: () => void;
  readonly notify: (text: string) => void;
}

export function TextView({ surface, title, close, wantOlder, notify }: TextViewProps): JSX.Element {
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

  // what comes above must not move what is read
  const before = useRef({ text, height: 0 });
  const lookUp = (): void => {
    const element = content.current;
    if (element !== null && element.scrollTop < element.clientHeight) wantOlder();
  };
  useLayoutEffect(() => {
    const element = content.current;
    if (element === null) return;
    const { text: shorter, height } = before.current;
    if (text.length > shorter.length && text.endsWith(shorter))
      element.scrollTop += element.scrollHeight - height;
    before.current = { text, height: element.scrollHeight };
    lookUp();
  }, [text]);

  const copy = async (): Promise<void> => {
    const selected = getSelection()?.toString() ?? "";
    const copied = selected === "" ? text : selected;
    const done = await copyText(copied);
    notify(done ? sayCount("text.copied", copied.length) : say("text.not_copied"));
  };
  return (
    <div class="text-view" role="dialog" aria-modal="true" aria-label={say("text.label", { session: title })}>
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={say("text.close")}
          data-testid="text-view-close"
          onClick={close}
        >
          <Icon name="close" />
        </button>
        <h2 class="bar-title">{title}</h2>
        <button
          type="button"
          class="button-icon"
          aria-label={say("text.copy")}
          data-testid="text-view-copy"
          onClick={() => void copy()}
        >
          <Icon name="copy" />
        </button>
      </header>
      <pre ref={content} class="text-view-content" data-testid="text-view-content" onScroll={lookUp}>
        {text}
      </pre>
    </div>
  );
}
