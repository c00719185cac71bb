/** Dictation into the composer: what is heard, and where it goes when it is final. */
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Settings } from "../settings.ts";
import { languageFor } from "../strings.ts";
import { Voice } from "../voice.ts";
import { voiceTag } from "../voice_languages.ts";
import { joinedTo } from "../voice_punctuation.ts";
import { recogniserMaker } from "../voice_recogniser.ts";
import { SILENT, type VoiceState } from "../voice_state.ts";

/** How long an error is shown: as long as it takes to read and to find the setting. */
const FAILURE_SECONDS = 12;

export interface Dictation {
  /** Whether the browser has a recogniser. */
  readonly isOffered: boolean;
  readonly state: VoiceState;
  /** The language's tag. */
  readonly language: string;
  readonly toggle: () => void;
}

export function useVoice(
  settings: Settings,
  area: RefObject<HTMLTextAreaElement | null>,
  insert: (text: string) => void,
): Dictation {
  const [state, setState] = useState(SILENT);
  const insertNow = useRef(insert);
  insertNow.current = insert;
  const voice = useMemo(() => {
    const maker = recogniserMaker();
    if (maker === null) return null;
    return new Voice(maker, {
      changed: setState,
      dictated: (text, language) => {
        const before = area.current?.value.slice(0, area.current.selectionStart) ?? "";
        insertNow.current(joinedTo(before, text, language));
      },
    });
  }, []);
  useEffect(() => () => voice?.dispose(), []);
  useEffect(() => {
    if (state.failure === null) return undefined;
    const timer = setTimeout(() => setState((said) => ({ ...said, failure: null })), FAILURE_SECONDS * 1_000);
    return () => clearTimeout(timer);
  }, [state.failure]);
  const spoken = languageFor(settings.language, navigator.languages);
  const language = voiceTag(settings.voiceLanguage, spoken, navigator.languages);
  return { isOffered: voice !== null, state, language, toggle: () => voice?.toggle(language) };
}
