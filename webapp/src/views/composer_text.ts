/** The composer's text: a draft of its session, with insertions at the cursor and what was sent before. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { asksForSecret, leavesText, type Recall, recalled } from "../composer_history.ts";
import type { Controller } from "../controller.ts";
import type { StageHandle } from "./stage.tsx";

export interface ComposerText {
  readonly text: string;
  readonly write: (text: string) => void;
  /** Put text where the cursor is, in place of what is selected. */
  readonly insert: (text: string) => void;
  /** Take up what was sent before or after, if this arrow leads out of the text; returns whether it did. */
  readonly recall: (key: string) => boolean;
}

/** Return the text of a session's composer, which `area` shows. */
export function useComposerText(
  controller: Controller,
  deviceId: string,
  sessionId: string,
  area: RefObject<HTMLTextAreaElement | null>,
  stage: RefObject<StageHandle | null>,
): ComposerText {
  const [text, setText] = useState(() => controller.composer.draft(deviceId, sessionId));
  const recall = useRef<Recall | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    // measured without a height of its own; the style sheet stops it at six lines
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
  useLayoutEffect(() => {
    if (cursor === null) return;
    area.current?.setSelectionRange(cursor, cursor);
    setCursor(null);
  }, [cursor]);

  const show = (next: string): void => {
    setText(next);
    const isSecret = asksForSecret(stage.current?.surface.cursorLine ?? "");
    controller.composer.keepDraft(deviceId, sessionId, next, isSecret);
  };
  return {
    text,
    write: (next) => {
      recall.current = null;
      show(next);
    },
    insert: (inserted) => {
      const { value, selectionStart, selectionEnd } = area.current ?? {
        value: text,
        selectionStart: text.length,
        selectionEnd: text.length,
      };
      recall.current = null;
      show(value.slice(0, selectionStart) + inserted + value.slice(selectionEnd));
      setCursor(selectionStart + inserted.length);
    },
    recall: (key) => {
      const element = area.current;
      if (!element || element.selectionStart !== element.selectionEnd) return false;
      const isWrapped = rowsOf(element) > element.value.split("\n").length;
      const direction = leavesText(key, element.value, element.selectionStart, isWrapped);
      if (direction === null) return false;
      const history = controller.composer.history(deviceId);
      const found = recalled(history, recall.current, direction, element.value);
      if (found === null) return false;
      recall.current = found.recall;
      show(found.text);
      setCursor(direction < 0 && found.text.includes("\n") ? 0 : found.text.length); // on its first line, to go on
      return true;
    },
  };
}

/** How many rows the text takes on screen. */
function rowsOf(element: HTMLTextAreaElement): number {
  const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(element);
  const padding = Number.parseFloat(paddingTop) + Number.parseFloat(paddingBottom);
  return Math.round((element.scrollHeight - padding) / Number.parseFloat(lineHeight));
}
