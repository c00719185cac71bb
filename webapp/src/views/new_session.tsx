/** The sheet for a new session: what, where, under which name; saved commands and directories are steps of it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import type { MachineNotes } from "../machine_notes.ts";
import { type Choices, possibleAgent, shortDirectory } from "../new_session.ts";
import { say } from "../strings.ts";
import { expectedTerminalSize } from "../terminal_room.ts";
import type { SavedCommand } from "../wire/commands.ts";
import { CommandEditor } from "./commands_edit.tsx";
import { Icon } from "./icons.tsx";
import { DirectoryStep } from "./new_session_directory.tsx";
import { MissingAgents, Programs } from "./new_session_programs.tsx";
import { Sheet } from "./sheet.tsx";

const MAX_NAME_CHARACTERS = 64;

interface NewSessionProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly choices: Choices;
  readonly notes: MachineNotes;
  readonly online: boolean;
  readonly opening: boolean;
  readonly fontSizePixels: number;
}

type Step = "choose" | "directory" | { readonly command: SavedCommand | null };

export function NewSessionSheet(props: NewSessionProps): JSX.Element {
  const { controller, machine, choices, notes, online, opening, fontSizePixels } = props;
  const { deviceId } = machine;
  const [step, setStep] = useState<Step>("choose");
  const [wished, setWished] = useState(notes.agent);
  /** Undefined as long as nothing was chosen, null for the command's own directory or home. */
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    if (online) void controller.newSession.look(deviceId);
  }, [online, deviceId]);

  const agent = possibleAgent(wished, choices);
  const command = choices.commands?.find(({ id }) => id === agent) ?? null;
  const own = command?.directory ?? null;
  const directory = chosen !== undefined ? chosen : own === null ? notes.directory : null;
  const close = (): void => controller.back();
  const start = async (): Promise<void> => {
    setFailure(null);
    const wish = { agent, directory, name: name.trim() };
    setFailure(await controller.sessions.open(deviceId, wish, expectedTerminalSize(fontSizePixels)));
  };

  if (step === "directory") {
    return (
      <DirectoryStep
        controller={controller}
        deviceId={deviceId}
        choices={choices}
        from={directory ?? own}
        close={close}
        back={() => setStep("choose")}
        choose={(path) => {
          setChosen(path);
          setStep("choose");
        }}
      />
    );
  }
  if (step !== "choose") {
    return (
      <CommandEditor
        controller={controller}
        deviceId={deviceId}
        choices={choices}
        command={step.command}
        close={close}
        back={() => setStep("choose")}
      />
    );
  }
  return (
    <Sheet
      name="new-sheet"
      title={say("new.title")}
      close={close}
      foot={
        <button
          type="button"
          class="button button-wide"
          data-testid="new-start"
          disabled={!online || opening}
          onClick={() => void start()}
        >
          {say(opening ? "machine.opening" : "new.start")}
        </button>
      }
    >
      <Programs
        choices={choices}
        chosen={agent}
        choose={(id) => {
          setWished(id);
          setFailure(null);
        }}
        edit={(edited) => setStep({ command: edited })}
        move={(moved, position) =>
          void controller.newSession.move(deviceId, moved, position).then(setFailure)
        }
      />
      <button type="button" class="option" data-testid="new-directory" onClick={() => setStep("directory")}>
        <span class="option-glyph">
          <Icon name="folder" size={20} />
        </span>
        <span class="option-body">
          <span class="option-detail">{say("new.where")}</span>
          <bdi class="option-title option-path">
            {shortDirectory(directory ?? own ?? choices.home ?? "~", choices.home)}
          </bdi>
        </span>
        <Icon name="right" size={18} />
      </button>
      <label class="field new-name">
        <span class="field-label">{say("new.name")}</span>
        <input
          class="field-input"
          data-testid="new-name"
          value={name}
          maxLength={MAX_NAME_CHARACTERS}
          autocomplete="off"
          placeholder={say("new.name.optional")}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <p class="field-error" role="alert" data-testid="new-failure">
        <bdi>{failure ?? (online ? null : say("failure.connection"))}</bdi>
      </p>
      <MissingAgents choices={choices} />
    </Sheet>
  );
}
