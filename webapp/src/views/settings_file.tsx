/** The settings as a file: out of this phone, into another. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { exportedSettings, importedSettings, MAX_SETTINGS_BYTES, type Settings } from "../settings.ts";
import { say } from "../strings.ts";

const FILE_NAME = "loopsy-settings.json";

interface SettingsFileProps {
  readonly controller: Controller;
  readonly settings: Settings;
}

export function SettingsFile({ controller, settings }: SettingsFileProps): JSX.Element {
  const picker = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const imported = file.size <= MAX_SETTINGS_BYTES ? importedSettings(await file.text()) : null;
    if (imported !== null) controller.changeSettings(imported);
    controller.notify(say(imported === null ? "settings.import.failed" : "settings.imported"));
  };
  return (
    <section class="settings-group">
      <h2 class="settings-heading">{say("settings.file")}</h2>
      <p class="settings-hint">{say("settings.file.hint")}</p>
      <div class="settings-actions">
        <button
          type="button"
          class="button-small"
          data-testid="settings-export"
          onClick={() => saveFile(exportedSettings(settings))}
        >
          {say("settings.export")}
        </button>
        <button
          type="button"
          class="button-small"
          data-testid="settings-import"
          onClick={() => picker.current?.click()}
        >
          {say("settings.import")}
        </button>
        <input
          ref={picker}
          type="file"
          accept=".json,application/json"
          hidden
          data-testid="settings-import-file"
          onChange={(event) => {
            const field = event.currentTarget;
            void read(field.files?.[0]).then(() => {
              field.value = ""; // so that the same file can be chosen again
            });
          }}
        />
      </div>
    </section>
  );
}

function saveFile(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = FILE_NAME;
  link.click();
  URL.revokeObjectURL(address);
}
