/** How texts are written and sent: Enter, history, snippets, dictation. */
import type { JSX } from "preact";
import type { Controller } from "../controller.ts";
import type { Settings } from "../settings.ts";
import { say } from "../strings.ts";
import { VOICE_LANGUAGES, voiceLanguageName } from "../voice_languages.ts";
import { recogniserMaker } from "../voice_recogniser.ts";
import { Choice, Row } from "./settings.tsx";
import { SnippetEditor } from "./snippet_editor.tsx";

interface ComposerSettingsProps {
  readonly controller: Controller;
  readonly settings: Settings;
}

export function ComposerSettings({ controller, settings }: ComposerSettingsProps): JSX.Element {
  const change = (changes: Partial<Settings>): void => controller.changeSettings(changes);
  return (
    <section class="settings-group">
      <h2 class="settings-heading">{say("settings.composer")}</h2>
      <Switch
        name="enter-sends"
        label={say("settings.enter_sends")}
        isOn={settings.enterSends}
        change={(enterSends) => change({ enterSends })}
      />
      <Switch
        name="keeps-history"
        label={say("settings.keeps_history")}
        isOn={settings.keepsHistory}
        change={(keepsHistory) => {
          change({ keepsHistory });
          if (!keepsHistory) controller.composer.clearHistories();
        }}
      />
      <p class="settings-hint">{say("settings.keeps_history.hint")}</p>
      <details class="settings-details">
        <summary data-testid="settings-snippets">{say("snippets.title")}</summary>
        <SnippetEditor snippets={settings.snippets} change={(snippets) => change({ snippets })} proposed="" />
      </details>
      {recogniserMaker() === null ? (
        <p class="settings-hint" data-testid="voice-unsupported">
          {say("settings.voice.unsupported")}
        </p>
      ) : (
        <>
          <Choice
            name="voice-language"
            label={say("settings.voice")}
            choices={VOICE_LANGUAGES}
            chosen={settings.voiceLanguage}
            called={(tag) => (tag === "system" ? say("settings.voice.system") : voiceLanguageName(tag))}
            choose={(voiceLanguage) => change({ voiceLanguage })}
          />
          <p class="settings-hint">{say("settings.voice.hint")}</p>
        </>
      )}
    </section>
  );
}

interface SwitchProps {
  readonly name: string;
  readonly label: string;
  readonly isOn: boolean;
  readonly change: (isOn: boolean) => void;
}

function Switch({ name, label, isOn, change }: SwitchProps): JSX.Element {
  return (
    <Row label={label}>
      <input
        type="checkbox"
        class="settings-switch"
        data-testid={`settings-${name}`}
        aria-label={label}
        checked={isOn}
        onChange={(event) => change(event.currentTarget.checked)}
      />
    </Row>
  );
}
