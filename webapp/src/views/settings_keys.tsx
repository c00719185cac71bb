/** The order of the key bar, whether its keys can be felt, and whether the bell is heard. */
import type { JSX } from "preact";
import { keyCap, keyLabel } from "../key_labels.ts";
import { DEFAULT_KEYS } from "../keys.ts";
import { type Settings, withMovedKey } from "../settings.ts";
import { say } from "../strings.ts";
import { Icon } from "./icons.tsx";
import { Row } from "./settings.tsx";

interface KeyOrderProps {
  readonly settings: Settings;
  readonly change: (changes: Partial<Settings>) => void;
}

export function KeyOrder({ settings, change }: KeyOrderProps): JSX.Element {
  const { keys, haptics, bellSound } = settings;
  return (
    <section class="settings-group">
      {"vibrate" in navigator ? (
        <Row label={say("settings.haptics")}>
          <input
            type="checkbox"
            class="settings-switch"
            data-testid="settings-haptics"
            aria-label={say("settings.haptics")}
            checked={haptics}
            onChange={(event) => change({ haptics: event.currentTarget.checked })}
          />
        </Row>
      ) : null}
      <Row label={say("settings.bell_sound")}>
        <input
          type="checkbox"
          class="settings-switch"
          data-testid="settings-bell-sound"
          aria-label={say("settings.bell_sound")}
          checked={bellSound}
          onChange={(event) => change({ bellSound: event.currentTarget.checked })}
        />
      </Row>
      <details class="settings-details">
        <summary data-testid="settings-keys">{say("settings.keys")}</summary>
        <p class="settings-hint">{say("settings.keys.hint")}</p>
        <ol class="settings-keys">
          {keys.map((name, index) => (
            <li key={name} class="settings-row" data-testid="key-row" data-key={name}>
              <kbd class="settings-cap">{keyCap(name)}</kbd>
              <span class="settings-label">{keyLabel(name)}</span>
              <button
                type="button"
                class="button-icon"
                data-testid={`key-earlier-${name}`}
                aria-label={say("settings.keys.earlier", { key: keyLabel(name) })}
                disabled={index === 0}
                onClick={() => change({ keys: withMovedKey(keys, name, -1) })}
              >
                <Icon name="up" />
              </button>
              <button
                type="button"
                class="button-icon"
                data-testid={`key-later-${name}`}
                aria-label={say("settings.keys.later", { key: keyLabel(name) })}
                disabled={index === keys.length - 1}
                onClick={() => change({ keys: withMovedKey(keys, name, 1) })}
              >
                <Icon name="down" />
              </button>
            </li>
          ))}
        </ol>
        <button
          type="button"
          class="button-small"
          data-testid="keys-reset"
          onClick={() => change({ keys: DEFAULT_KEYS })}
        >
          {say("settings.keys.reset")}
        </button>
      </details>
    </section>
  );
}
