/** What the composer can do beside sending: former texts, snippets, a new line, sending without Enter. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import type { Settings } from "../settings.ts";
import { say } from "../strings.ts";
import { HistorySheet } from "./composer_history.tsx";
import { SnippetSheet } from "./composer_snippets.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { keepFocus } from "./key.tsx";

interface ToolsProps {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly settings: Settings;
  readonly written: string;
  readonly disabled: boolean;
  readonly insert: (text: string) => void;
  readonly focus: () => void;
  readonly sendWithoutEnter: () => void;
  /** Tools that others bring. */
  readonly children: ComponentChildren;
}

export function ComposerTools(props: ToolsProps): JSX.Element {
  const { controller, deviceId, settings, written, disabled, insert, focus, sendWithoutEnter } = props;
  const [sheet, setSheet] = useState<"history" | "snippets" | null>(null);
  const close = (): void => setSheet(null);
  const take = (text: string): void => {
    close();
    insert(text);
    setTimeout(focus); // the sheet gives back the focus that it took, and then it is ours
  };
  return (
    <div
      class="composer-tools"
      role="toolbar"
      aria-label={say("composer.tools")}
      data-testid="composer-tools"
    >
      {settings.keepsHistory ? (
        <ComposerTool
          name="composer-history"
          icon="history"
          label={say("composer.history")}
          disabled={disabled}
          act={() => setSheet("history")}
        />
      ) : null}
      <ComposerTool
        name="composer-snippets"
        icon="snippet"
        label={say("composer.snippets")}
        disabled={disabled}
        act={() => setSheet("snippets")}
      />
      {props.children}
      <ComposerTool
        name="composer-newline"
        icon="newline"
        label={say("composer.new_line")}
        disabled={disabled}
        act={() => insert("\n")}
      />
      <ComposerTool
        name="composer-send-bare"
        icon="send"
        label={say("composer.send_bare")}
        disabled={disabled || written === ""}
        act={sendWithoutEnter}
      />
      {sheet === "history" ? (
        <HistorySheet
          entries={controller.composer.history(deviceId)}
          take={take}
          clear={() => {
            controller.composer.clearHistory(deviceId);
            close();
          }}
          close={close}
        />
      ) : null}
      {sheet === "snippets" ? (
        <SnippetSheet
          snippets={settings.snippets}
          change={(snippets) => controller.changeSettings({ snippets })}
          written={written}
          take={take}
          close={close}
        />
      ) : null}
    </div>
  );
}

interface ToolProps {
  readonly name: string;
  readonly icon: IconName;
  readonly label: string;
  readonly disabled: boolean;
  readonly act: () => void;
}

/** One tool of the composer, which leaves the focus where it is. */
export function ComposerTool({ name, icon, label, disabled, act }: ToolProps): JSX.Element {
  return (
    <button
      type="button"
      class="button-small composer-tool"
      data-testid={name}
      disabled={disabled}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={act}
    >
      <Icon name={icon} size={18} />
      {label}
    </button>
  );
}
