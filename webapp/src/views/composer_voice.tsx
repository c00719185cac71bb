/** Dictation as it is seen: its button in the composer, and what is heard so far above it. */
import type { JSX } from "preact";
import { say } from "../strings.ts";
import { voiceLanguageName } from "../voice_languages.ts";
import type { Dictation } from "./composer_dictation.ts";
import { Icon } from "./icons.tsx";
import { keepFocus } from "./key.tsx";

export function VoiceButton({
  voice,
  disabled,
}: {
  voice: Dictation;
  disabled: boolean;
}): JSX.Element | null {
  if (!voice.isOffered) return null;
  const isOn = voice.state.phase !== "off";
  return (
    <button
      type="button"
      class={`button-icon voice-button ${isOn ? "voice-button-on" : ""}`}
      data-testid="voice-toggle"
      aria-label={say(isOn ? "voice.stop" : "voice.start")}
      aria-pressed={isOn}
      disabled={disabled}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={voice.toggle}
    >
      <Icon name="microphone" />
    </button>
  );
}

/** What is heard is provisional until a sentence ends: it is not in the text yet. */
export function VoiceStrip({ voice }: { voice: Dictation }): JSX.Element | null {
  const { phase, heard, failure } = voice.state;
  if (phase === "off") {
    return failure === null ? null : (
      <p class="voice-strip voice-failure" role="alert" data-testid="voice-failure">
        {say(`voice.failure.${failure}`)}
      </p>
    );
  }
  return (
    <p class="voice-strip" role="status" data-testid="voice-heard">
      <span class="voice-language">{voiceLanguageName(voice.language)}</span>
      <span class="voice-text">{heard === "" ? say("voice.listening") : heard}</span>
    </p>
  );
}
