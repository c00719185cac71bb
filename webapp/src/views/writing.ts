/** What a person sends to the program on screen: text, keys with held modifiers, pastes, and the composer's texts. */
import type { RefObject } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { SessionKind } from "../composer_control.ts";
import { asksForSecret } from "../composer_history.ts";
import type { Controller } from "../controller.ts";
import type { WritingEvents } from "../ime_terminal.ts";
import type { Modifier } from "../key_names.ts";
import { type Held, keySequence, type NamedKey, type Sticky, stickyAfterKey, withHeld } from "../keys.ts";
import { cleanText, composedInput, hasSeveralLines, pastedInput } from "../paste.ts";
import { sayCount } from "../strings.ts";
import type { ComposerHandle } from "./composer.tsx";
import type { Stickies } from "./keybar.tsx";
import type { StageHandle } from "./stage.tsx";

const RELEASED: Stickies = { ctrl: "off", alt: "off" };

export interface Writing {
  readonly stickies: Stickies;
  readonly setSticky: (modifier: Modifier, sticky: Sticky) => void;
  /** Whether a modifier waits for a key. */
  readonly isModified: boolean;
  readonly events: WritingEvents;
  readonly press: (key: NamedKey) => void;
  /** Send a text of the composer; false if it was refused and is still to be sent. */
  readonly send: (text: string, withEnter: boolean) => boolean;
  /** Bring up the keyboard where the user types into such programs; returns whether a tap is used up by that. */
  readonly beginTyping: (programPoints: boolean) => boolean;
  /** A paste that waits until the user has seen what it is. */
  readonly waitingPaste: string | null;
  readonly decidePaste: (choice: "paste" | "compose" | "cancel") => void;
}

interface Places {
  readonly stage: RefObject<StageHandle | null>;
  readonly composer: RefObject<ComposerHandle | null>;
}

export function useWriting(
  controller: Controller,
  { stage, composer }: Places,
  deviceId: string,
  kind: SessionKind,
  keepsHistory: boolean,
): Writing {
  const [stickies, setStickies] = useState<Stickies>(RELEASED);
  const [waitingPaste, setWaitingPaste] = useState<string | null>(null);
  const stickiesNow = useRef(stickies);
  stickiesNow.current = stickies;
  const latest = useRef({ kind, keepsHistory });
  latest.current = { kind, keepsHistory };
  const isModified = (): boolean => stickiesNow.current.ctrl !== "off" || stickiesNow.current.alt !== "off";

  /** Return the modifiers for the key that is pressed now; those that are for one key end with it. */
  const takeHeld = useCallback((): Held => {
    const { ctrl, alt } = stickiesNow.current;
    setStickies(({ ctrl, alt }) => ({ ctrl: stickyAfterKey(ctrl), alt: stickyAfterKey(alt) }));
    return { ctrl: ctrl !== "off", alt: alt !== "off" };
  }, []);
  /** Make way for something that no keyboard wrote. */
  const surfaceForOthers = useCallback(() => {
    const surface = stage.current?.surface;
    surface?.finishWriting();
    surface?.scrollToBottom();
    return surface;
  }, []);
  const paste = useCallback((text: string): void => {
    const surface = surfaceForOthers();
    controller.terminal.type(pastedInput(text, surface?.bracketedPaste ?? false));
  }, []);
  const events = useMemo(
    (): WritingEvents => ({
      typed: (text) => void controller.terminal.type(withHeld(text, takeHeld())),
      isModified,
      pasted: (foreign) => {
        const { text, removed } = cleanText(foreign);
        if (removed > 0) controller.notify(sayCount("paste.removed", removed));
        if (hasSeveralLines(text)) setWaitingPaste(text);
        else if (text !== "") paste(text);
      },
    }),
    [],
  );
  return {
    stickies,
    setSticky: (modifier, sticky) => {
      stage.current?.surface.finishWriting(); // the modifier is for what comes after it
      setStickies((before) => ({ ...before, [modifier]: sticky }));
    },
    isModified: isModified(),
    events,
    press: (key) => {
      const surface = surfaceForOthers();
      controller.terminal.type(keySequence(key, takeHeld(), surface?.applicationCursor ?? false));
    },
    send: (text, withEnter) => {
      const surface = surfaceForOthers();
      const isSecret = asksForSecret(surface?.cursorLine ?? "");
      if (!controller.terminal.type(composedInput(text, surface?.bracketedPaste ?? false, withEnter)))
        return false;
      const { removed } = cleanText(text);
      if (removed > 0) controller.notify(sayCount("paste.removed", removed));
      if (latest.current.keepsHistory && !isSecret) controller.composer.remember(deviceId, text);
      return true;
    },
    beginTyping: (programPoints) => {
      if (controller.composer.typing(latest.current.kind) === "keys") {
        stage.current?.surface.focus();
        return false;
      }
      composer.current?.focus();
      return !programPoints;
    },
    waitingPaste,
    decidePaste: (choice) => {
      if (waitingPaste !== null && choice === "paste") paste(waitingPaste);
      if (waitingPaste !== null && choice === "compose") composer.current?.insert(waitingPaste);
      setWaitingPaste(null);
    },
  };
}
