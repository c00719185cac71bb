/** The step in which a saved command is written: its label, its line with the arguments that it stands for, its place. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { looksLikeShell, parseCommandLine, plainPunctuation, quoteArguments } from "../command_line.ts";
import type { Controller } from "../controller.ts";
import { type Choices, shortDirectory } from "../new_session.ts";
import { say } from "../strings.ts";
import type { SavedCommand } from "../wire/commands.ts";
import { HoldButton } from "./hold_button.tsx";
import { Icon } from "./icons.tsx";
import { DirectoryStep } from "./new_session_directory.tsx";
import { Sheet } from "./sheet.tsx";

const MAX_LABEL_CHARACTERS = 64;
/** More than the machine takes, which says so; far more would break the protocol. */
const MAX_LINE_CHARACTERS = 2_000;

interface EditorProps {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly choices: Choices;
  /** Null for a new one. */
  readonly command: SavedCommand | null;
  readonly close: () => void;
  readonly back: () => void;
}

export function CommandEditor({
  controller,
  deviceId,
  choices,
  command,
  close,
  back,
}: EditorProps): JSX.Element {
  const [label, setLabel] = useState(command?.label ?? "");
  const [line, setLine] = useState(command === null ? "" : quoteArguments(command.arguments));
  const [directory, setDirectory] = useState(command?.directory ?? null);
  const [choosesDirectory, setChoosesDirectory] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const parsed = parseCommandLine(line);
  const all = parsed.kind === "arguments" ? parsed.arguments : [];
  const finished = (reason: string | null): void => {
    if (reason === null) back();
    else setFailure(reason);
  };
  const save = async (): Promise<void> => {
    const called = label.trim() || line.trim().slice(0, MAX_LABEL_CHARACTERS).trim();
    const draft = { id: command?.id ?? null, label: called, arguments: all, directory };
    finished(await controller.newSession.save(deviceId, draft));
  };
  if (choosesDirectory) {
    return (
      <DirectoryStep
        controller={controller}
        deviceId={deviceId}
        choices={choices}
        from={directory}
        close={close}
        back={() => setChoosesDirectory(false)}
        choose={(path) => {
          setDirectory(path === choices.home ? null : path);
          setChoosesDirectory(false);
        }}
      />
    );
  }
  return (
    <Sheet
      name="command-sheet"
      title={say(command === null ? "command.new" : "command.edit")}
      close={close}
      back={back}
      foot={
        <button
          type="button"
          class="button button-wide"
          data-testid="command-save"
          disabled={all.length === 0 || all[0] === ""}
          onClick={() => void save()}
        >
          {say("command.save")}
        </button>
      }
    >
      <label class="field">
        <span class="field-label">{say("command.line")}</span>
        <input
          class="field-input field-mono"
          data-testid="command-line"
          value={line}
          placeholder={say("command.line.example")}
          maxLength={MAX_LINE_CHARACTERS}
          autocapitalize="none"
          autocomplete="off"
          autocorrect="off"
          spellcheck={false}
          onInput={(event) => {
            const typed = plainPunctuation(event.currentTarget.value);
            if (typed !== event.currentTarget.value) event.currentTarget.value = typed;
            setLine(typed);
            setFailure(null);
          }}
        />
      </label>
      <Arguments all={all} />
      <p
        class={parsed.kind === "open" ? "field-error" : "field-hint"}
        role="status"
        data-testid="command-hint"
      >
        {parsed.kind === "open"
          ? say("command.open_quote", { quote: parsed.quote })
          : looksLikeShell(all)
            ? say("command.no_shell")
            : say("command.line.hint")}
      </p>
      <label class="field">
        <span class="field-label">{say("command.label")}</span>
        <input
          class="field-input"
          data-testid="command-label"
          value={label}
          maxLength={MAX_LABEL_CHARACTERS}
          autocomplete="off"
          placeholder={line.trim().slice(0, MAX_LABEL_CHARACTERS)}
          onInput={(event) => setLabel(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        class="option"
        data-testid="command-directory"
        onClick={() => setChoosesDirectory(true)}
      >
        <span class="option-glyph">
          <Icon name="folder" size={20} />
        </span>
        <span class="option-body">
          <span class="option-detail">{say("new.where")}</span>
          <bdi class="option-title option-path">{shortDirectory(directory ?? "~", choices.home)}</bdi>
        </span>
        <Icon name="right" size={18} />
      </button>
      <p class="field-error" role="alert" data-testid="command-failure">
        <bdi>{failure}</bdi>
      </p>
      {command === null ? null : (
        <HoldButton
          name="command-remove"
          label={say("command.remove")}
          confirmLabel={say("command.remove.confirm")}
          act={() => void controller.newSession.remove(deviceId, command).then(finished)}
        />
      )}
    </Sheet>
  );
}

/** Every argument by itself, as the program will get it. */
function Arguments({ all }: { readonly all: readonly string[] }): JSX.Element {
  return (
    <ol class="arguments" aria-label={say("command.arguments")} data-testid="command-arguments">
      {all.map((argument, index) => (
        <li key={index} class={`argument ${argument === "" ? "argument-empty" : ""}`}>
          <bdi>{argument === "" ? say("command.empty_argument") : argument}</bdi>
        </li>
      ))}
    </ol>
  );
}
