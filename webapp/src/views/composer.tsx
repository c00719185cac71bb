/** The composer: a line to write and correct in peace, of which nothing goes until it is sent. */
import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { say } from "../strings.ts";
import { Icon } from "./icons.tsx";
import { keepFocus } from "./key.tsx";
import type { StageHandle } from "./stage.tsx";

interface ComposerProps {
  readonly controller: Controller;
  readonly stage: RefObject<StageHandle | null>;
  readonly disabled: boolean;
  /** Whether a modifier waits for a key: a letter is that key, not text. */
  readonly modified: boolean;
  readonly showsMoreKeys: boolean;
  readonly toggleKeys: () => void;
  readonly typed: (text: string) => void;
  readonly send: (text: string) => void;
}

export function Composer(props: ComposerProps): JSX.Element {
  const { controller, stage, disabled, modified, showsMoreKeys, toggleKeys, typed, send } = props;
  const [text, setText] = useState("");
  const [typing, setTyping] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const follow = (): void => {
      const inComposer = document.activeElement === area.current;
      const inTerminal = stage.current?.surface.focused ?? false;
      setTyping(inComposer || inTerminal);
      if (inComposer || inTerminal) controller.rememberTyping(inComposer ? "line" : "keys");
    };
    const followLater = (): void => void setTimeout(follow);
    document.addEventListener("focusin", follow);
    document.addEventListener("focusout", followLater);
    return () => {
      document.removeEventListener("focusin", follow);
      document.removeEventListener("focusout", followLater);
    };
  }, []);

  useEffect(() => {
    if (!area.current) return;
    // measured without a height of its own; the style sheet stops it at six lines
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight}px`;
  }, [text]);

  const submit = (): void => {
    if (disabled) return;
    send(text);
    setText("");
  };
  const toggle = (): void => {
    if (typing) {
      stage.current?.surface.blur();
      area.current?.blur();
    } else if (controller.typing === "line") {
      area.current?.focus();
    } else {
      stage.current?.surface.focus();
    }
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <button
        type="button"
        class="button-icon"
        data-testid="keyboard-toggle"
        aria-label={say(typing ? "composer.hide_keyboard" : "composer.show_keyboard")}
        aria-pressed={typing}
        disabled={disabled}
        onPointerDown={keepFocus}
        onMouseDown={keepFocus}
        onClick={toggle}
      >
        <Icon name={typing ? "keyboardHide" : "keyboard"} />
      </button>
      <button
        type="button"
        class="button-icon"
        data-testid="keys-toggle"
        aria-label={say("keys.more")}
        aria-expanded={showsMoreKeys}
        disabled={disabled}
        onPointerDown={keepFocus}
        onMouseDown={keepFocus}
        onClick={toggleKeys}
      >
        <Icon name={showsMoreKeys ? "down" : "more"} />
      </button>
      <textarea
        ref={area}
        class="composer-input"
        data-testid="composer-input"
        aria-label={say("composer.write")}
        placeholder={say("composer.write")}
        rows={1}
        enterkeyhint="send"
        autocapitalize="off"
        autocomplete="off"
        autocorrect="off"
        spellcheck={false}
        disabled={disabled}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBeforeInput={(event) => {
          if (!modified || event.inputType !== "insertText" || event.data?.length !== 1) return;
          event.preventDefault();
          typed(event.data);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      <button
        type="submit"
        class="button-icon button-send"
        data-testid="composer-send"
        aria-label={say(text === "" ? "composer.send_enter" : "composer.send_line")}
        disabled={disabled}
        onPointerDown={keepFocus}
        onMouseDown={keepFocus}
      >
        <Icon name="send" />
      </button>
    </form>
  );
}
