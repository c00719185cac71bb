/** The composer: a text to write and correct in peace, of which nothing goes until it is sent. */
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useImperativeHandle, useRef, useState } from "preact/hooks";
import type { SessionKind } from "../composer_control.ts";
import type { Controller } from "../controller.ts";
import { cleanText } from "../paste.ts";
import type { Settings } from "../settings.ts";
import { say, sayCount } from "../strings.ts";
import { useVoice } from "./composer_dictation.ts";
import { Leftovers } from "./composer_leftovers.tsx";
import { SendButton } from "./composer_send.tsx";
import { useComposerText } from "./composer_text.ts";
import { ComposerTools } from "./composer_tools.tsx";
import { VoiceButton, VoiceStrip } from "./composer_voice.tsx";
import { Icon } from "./icons.tsx";
import { keepFocus } from "./key.tsx";
import type { StageHandle } from "./stage.tsx";
import type { Writing } from "./writing.ts";

/** A text of more characters gets the whole width of a phone. */
const LINE_CHARACTERS = 32;

export interface ComposerHandle {
  focus(): void;
  /** Whether a text is begun, or about to be. */
  readonly isWriting: boolean;
  /** Put text where the cursor is. */
  insert(text: string): void;
}

interface ComposerProps {
  readonly controller: Controller;
  readonly stage: RefObject<StageHandle | null>;
  readonly handle: RefObject<ComposerHandle | null>;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly kind: SessionKind;
  readonly settings: Settings;
  readonly disabled: boolean;
  readonly writing: Writing;
  readonly showsMore: boolean;
  readonly toggleMore: () => void;
  /** Further tools, such as one that attaches a file. */
  readonly tools?: ComponentChildren;
}

export function Composer(props: ComposerProps): JSX.Element {
  const { controller, stage, handle, deviceId, sessionId, kind, settings, disabled, writing } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const composed = useComposerText(controller, deviceId, sessionId, area, stage);
  const { text, write, insert, recall } = composed;
  const voice = useVoice(settings, area, insert);
  const place = useTypingPlace(controller, stage, area, kind);

  const focus = (): void => area.current?.focus();
  useImperativeHandle(handle, () => ({
    focus,
    get isWriting() {
      return document.activeElement === area.current || area.current?.value !== "";
    },
    insert: (inserted) => {
      insert(inserted);
      focus();
    },
  }));
  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) writing.beginTyping(true);
  }, []);

  const submit = (withEnter: boolean): void => {
    if (!disabled && writing.send(text, withEnter)) write("");
  };
  const toggle = (): void => {
    controller.composer.rememberTyping(kind, "keys");
    if (place === "keys") stage.current?.surface.blur();
    else stage.current?.surface.focus();
  };
  return (
    <>
      <Leftovers controller={controller} deviceId={deviceId} disabled={disabled} insert={insert} />
      <VoiceStrip voice={voice} />
      {props.showsMore ? (
        <ComposerTools
          controller={controller}
          deviceId={deviceId}
          settings={settings}
          written={text}
          disabled={disabled}
          insert={insert}
          focus={focus}
          sendWithoutEnter={() => submit(false)}
        >
          {props.tools}
        </ComposerTools>
      ) : null}
      <form
        class={`composer ${text.includes("\n") || text.length > LINE_CHARACTERS ? "composer-long" : ""}`}
        onSubmit={(event) => {
          event.preventDefault();
          submit(true);
        }}
      >
        <ToggleButton
          name="keyboard-toggle"
          icon={place === "keys" ? "keyboardHide" : "keyboard"}
          label={say(place === "keys" ? "composer.hide_keyboard" : "composer.type_keys")}
          pressed={place === "keys"}
          disabled={disabled}
          act={toggle}
        />
        <ToggleButton
          name="keys-toggle"
          icon={props.showsMore ? "down" : "more"}
          label={say("keys.more")}
          expanded={props.showsMore}
          disabled={disabled}
          act={props.toggleMore}
        />
        <div class="composer-field">
          <textarea
            ref={area}
            class={`composer-input ${voice.isOffered ? "composer-input-voice" : ""}`}
            data-testid="composer-input"
            aria-label={say("composer.write")}
            placeholder={say("composer.write")}
            rows={1}
            enterkeyhint={settings.enterSends ? "send" : "enter"}
            autocomplete="off"
            {...(kind === "agent" ? PROSE : CODE)}
            disabled={disabled}
            value={text}
            onInput={(event) => write(event.currentTarget.value)}
            onBeforeInput={(event) => {
              if (!writing.isModified || event.inputType !== "insertText" || event.data?.length !== 1) return;
              event.preventDefault();
              writing.events.typed(event.data);
            }}
            onPaste={(event) => {
              const pasted = cleanText(event.clipboardData?.getData("text/plain") ?? "");
              if (pasted.removed === 0) return; // the browser can do it, and undo it
              event.preventDefault();
              insert(pasted.text);
              controller.notify(sayCount("paste.removed", pasted.removed));
            }}
            onKeyDown={(event) => {
              if (event.isComposing || event.keyCode === 229) return; // an input method's key
              if (event.key === "Enter") {
                if (event.shiftKey || (!settings.enterSends && !event.ctrlKey && !event.metaKey)) return;
                event.preventDefault();
                submit(true);
              } else if (recall(event.key)) event.preventDefault();
            }}
          />
          <VoiceButton voice={voice} disabled={disabled} />
        </div>
        <SendButton isEmpty={text === ""} disabled={disabled} haptics={settings.haptics} send={submit} />
      </form>
    </>
  );
}

/** A corrected command is another command; a request to an agent is a letter. */
const CODE = { autocapitalize: "off", autocorrect: "off", spellcheck: false } as const;
const PROSE = { autocapitalize: "sentences", autocorrect: "on", spellcheck: true } as const;

/** Where typing goes at the moment, and nowhere without a keyboard. It is remembered for programs of this kind. */
function useTypingPlace(
  controller: Controller,
  stage: RefObject<StageHandle | null>,
  area: RefObject<HTMLTextAreaElement | null>,
  kind: SessionKind,
): "keys" | "line" | null {
  const [place, setPlace] = useState<"keys" | "line" | null>(null);
  useEffect(() => {
    const follow = (): void => {
      const isInTerminal = stage.current?.surface.focused ?? false;
      const now = document.activeElement === area.current ? "line" : isInTerminal ? "keys" : null;
      setPlace(now);
      // on touch, a program that follows the mouse takes the focus with a tap that was meant for it
      if (now === "line" || (now === "keys" && window.matchMedia("(pointer: fine)").matches))
        controller.composer.rememberTyping(kind, now);
    };
    const followLater = (): void => void setTimeout(follow);
    follow();
    document.addEventListener("focusin", follow);
    document.addEventListener("focusout", followLater);
    return () => {
      document.removeEventListener("focusin", follow);
      document.removeEventListener("focusout", followLater);
    };
  }, [kind]);
  return place;
}

interface ToggleProps {
  readonly name: string;
  readonly icon: "keyboard" | "keyboardHide" | "down" | "more";
  readonly label: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled: boolean;
  readonly act: () => void;
}

function ToggleButton({ name, icon, label, pressed, expanded, disabled, act }: ToggleProps): JSX.Element {
  return (
    <button
      type="button"
      class="button-icon"
      data-testid={name}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      disabled={disabled}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
