/** What a new session can run: installed agents, saved commands, and agents that are missing. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { quoteArguments } from "../command_line.ts";
import { type Choices, glyphOf } from "../new_session.ts";
import { say } from "../strings.ts";
import type { SavedCommand } from "../wire/commands.ts";
import { Icon } from "./icons.tsx";

interface ProgramsProps {
  readonly choices: Choices;
  readonly chosen: string;
  readonly choose: (id: string) => void;
  /** Show the editor; null for a new command. */
  readonly edit: (command: SavedCommand | null) => void;
  readonly move: (command: SavedCommand, position: number) => void;
}

export function Programs({ choices, chosen, choose, edit, move }: ProgramsProps): JSX.Element {
  const [arranges, setArranges] = useState(false);
  const agents = choices.agents ?? [];
  const commands = choices.commands ?? [];
  const option = { chosen, choose };
  return (
    <>
      <fieldset class="options">
        <legend class="group-title">{say("new.agents")}</legend>
        {choices.agents === null ? <OptionSkeleton /> : null}
        {agents
          .filter(({ available }) => available)
          .map(({ id, label }) => (
            <Option key={id} id={id} title={label} {...option} />
          ))}
      </fieldset>
      <div class="options-head">
        <h3 class="group-title" id="new-commands-title">
          {say("new.commands")}
        </h3>
        {commands.length > 0 ? (
          <button
            type="button"
            class="button-small"
            aria-pressed={arranges}
            data-testid="commands-arrange"
            onClick={() => setArranges(!arranges)}
          >
            {say(arranges ? "new.commands.done" : "new.commands.arrange")}
          </button>
        ) : null}
        <button
          type="button"
          class="button-icon"
          aria-label={say("new.commands.add")}
          data-testid="command-add"
          onClick={() => edit(null)}
        >
          <Icon name="plus" />
        </button>
      </div>
      <fieldset class="options" aria-labelledby="new-commands-title" data-testid="commands">
        {choices.commands?.length === 0 ? <p class="settings-hint">{say("new.commands.none")}</p> : null}
        {commands.map((command, index) =>
          arranges ? (
            <ArrangedCommand
              key={command.id}
              command={command}
              isFirst={index === 0}
              isLast={index === commands.length - 1}
              edit={() => edit(command)}
              move={(by) => move(command, index + by)}
            />
          ) : (
            <Option key={command.id} id={command.id} title={command.label} {...option}>
              <code>{quoteArguments(command.arguments)}</code>
            </Option>
          ),
        )}
      </fieldset>
    </>
  );
}

/** Agents that the machine does not have, with what would install them. */
export function MissingAgents({ choices }: Pick<ProgramsProps, "choices">): JSX.Element | null {
  const missing = (choices.agents ?? []).filter(({ available }) => !available);
  if (missing.length === 0) return null;
  return (
    <fieldset class="options" data-testid="missing-agents">
      <legend class="group-title">{say("new.missing")}</legend>
      {missing.map(({ id, label, install }) => (
        <Option key={id} id={id} title={label} chosen="" choose={() => undefined} disabled>
          {install === null ? null : <code>{install}</code>}
        </Option>
      ))}
    </fieldset>
  );
}

interface OptionProps {
  readonly id: string;
  readonly title: string;
  readonly chosen: string;
  readonly choose: (id: string) => void;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
}

function Option({ id, title, chosen, choose, disabled = false, children }: OptionProps): JSX.Element {
  return (
    <label class={`option ${disabled ? "option-disabled" : ""}`} data-testid="new-option" data-agent={id}>
      <input
        type="radio"
        class="option-radio"
        name="new-agent"
        checked={chosen === id}
        disabled={disabled}
        onChange={() => choose(id)}
      />
      <span class="option-glyph">
        <Icon name={glyphOf(id)} size={20} />
      </span>
      <span class="option-body">
        <bdi class="option-title">{title}</bdi>
        {children ? <bdi class="option-detail">{children}</bdi> : null}
      </span>
      <span class="option-check">
        <Icon name="check" size={20} />
      </span>
    </label>
  );
}

interface ArrangedProps {
  readonly command: SavedCommand;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly edit: () => void;
  readonly move: (by: 1 | -1) => void;
}

function ArrangedCommand({ command, isFirst, isLast, edit, move }: ArrangedProps): JSX.Element {
  const named = { command: command.label };
  return (
    <div class="option option-arranged" data-testid="command-arranged">
      <bdi class="option-body option-title">{command.label}</bdi>
      <button
        type="button"
        class="button-icon"
        aria-label={say("new.commands.earlier", named)}
        data-testid="command-up"
        disabled={isFirst}
        onClick={() => move(-1)}
      >
        <Icon name="up" size={20} />
      </button>
      <button
        type="button"
        class="button-icon"
        aria-label={say("new.commands.later", named)}
        data-testid="command-down"
        disabled={isLast}
        onClick={() => move(1)}
      >
        <Icon name="down" size={20} />
      </button>
      <button
        type="button"
        class="button-icon"
        aria-label={say("new.commands.edit", named)}
        data-testid="command-edit"
        onClick={edit}
      >
        <Icon name="edit" size={20} />
      </button>
    </div>
  );
}

function OptionSkeleton(): JSX.Element {
  return (
    <div class="option" aria-hidden="true">
      <span class="skeleton-block skeleton-option" />
    </div>
  );
}
