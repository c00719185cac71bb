/** The settings: look, terminal, keys, language, their file, the app itself and its pairings. */
import type { ComponentChildren, JSX } from "preact";
import type { AppState } from "../app.ts";
import type { Controller } from "../controller.ts";
import { FONTS, fontSizeWithin, LANGUAGES, LOOKS, type Settings } from "../settings.ts";
import { LANGUAGE_NAMES, say } from "../strings.ts";
import { PALETTE_NAMES } from "../terminal_palettes.ts";
import { Icon } from "./icons.tsx";
import { AboutApp, Pairings } from "./settings_about.tsx";
import { ComposerSettings } from "./settings_composer.tsx";
import { SettingsFile } from "./settings_file.tsx";
import { KeyOrder } from "./settings_keys.tsx";
import { TerminalPreview } from "./terminal_preview.tsx";

interface SettingsProps {
  readonly controller: Controller;
  readonly state: AppState;
  readonly appVersion: string;
}

export function SettingsScreen({ controller, state, appVersion }: SettingsProps): JSX.Element {
  const { settings } = state;
  const change = (changes: Partial<Settings>): void => controller.changeSettings(changes);
  return (
    <main class="screen" data-testid="settings-screen">
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={say("settings.back")}
          data-testid="back"
          onClick={() => controller.back()}
        >
          <Icon name="back" />
        </button>
        <h1 class="bar-title">{say("settings.title")}</h1>
      </header>
      <div class="scroll settings">
        <section class="settings-group">
          <Choice
            name="look"
            label={say("settings.look")}
            choices={LOOKS}
            chosen={settings.look}
            called={(look) => say(`settings.look.${look}`)}
            choose={(look) => change({ look })}
          />
          <Choice
            name="language"
            label={say("settings.language")}
            choices={LANGUAGES}
            chosen={settings.language}
            called={(language) =>
              language === "system" ? say("settings.language.system") : LANGUAGE_NAMES[language]
            }
            choose={(language) => change({ language })}
          />
        </section>
        <section class="settings-group">
          <TerminalPreview fontSizePixels={settings.fontSizePixels} />
          <Choice
            name="palette"
            label={say("settings.palette")}
            choices={PALETTE_NAMES}
            chosen={settings.palette}
            called={(palette) => say(`settings.palette.${palette}`)}
            choose={(palette) => change({ palette })}
          />
          <Choice
            name="font"
            label={say("settings.font")}
            choices={FONTS}
            chosen={settings.font}
            called={(font) => say(`settings.font.${font}`)}
            choose={(font) => change({ font })}
          />
          <FontSize settings={settings} change={change} />
        </section>
        <KeyOrder settings={settings} change={change} />
        <ComposerSettings controller={controller} settings={settings} />
        <SettingsFile controller={controller} settings={settings} />
        <Pairings controller={controller} state={state} />
        <AboutApp appVersion={appVersion} />
      </div>
    </main>
  );
}

/** One line of a group: what it is about on the left, the control on the right. */
export function Row({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="settings-row">
      <span class="settings-label">{label}</span>
      {children}
    </div>
  );
}

interface ChoiceProps<Name extends string> {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly Name[];
  readonly chosen: Name;
  readonly called: (name: Name) => string;
  readonly choose: (name: Name) => void;
}

/** A list of which one is chosen. */
export function Choice<Name extends string>(props: ChoiceProps<Name>): JSX.Element {
  const { name, label, choices, chosen, called, choose } = props;
  return (
    <Row label={label}>
      <select
        class="settings-select"
        data-testid={`settings-${name}`}
        aria-label={label}
        value={chosen}
        onChange={(event) => {
          const found = choices.find((choice) => choice === event.currentTarget.value);
          if (found !== undefined) choose(found);
        }}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {called(choice)}
          </option>
        ))}
      </select>
    </Row>
  );
}

interface FontSizeProps {
  readonly settings: Settings;
  readonly change: (changes: Partial<Settings>) => void;
}

function FontSize({ settings, change }: FontSizeProps): JSX.Element {
  const { fontSizePixels } = settings;
  const step = (pixels: number): void => change({ fontSizePixels: fontSizeWithin(fontSizePixels + pixels) });
  return (
    <Row label={say("settings.font_size")}>
      <button
        type="button"
        class="button-icon"
        data-testid="font-smaller"
        aria-label={say("settings.smaller")}
        onClick={() => step(-1)}
      >
        <Icon name="minus" />
      </button>
      <output class="settings-number" data-testid="font-size">
        {say("settings.font_size.value", { size: fontSizePixels })}
      </output>
      <button
        type="button"
        class="button-icon"
        data-testid="font-larger"
        aria-label={say("settings.larger")}
        onClick={() => step(1)}
      >
        <Icon name="plus" />
      </button>
    </Row>
  );
}
