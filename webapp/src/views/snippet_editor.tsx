/** Adds, changes, removes and orders snippets. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
  isTaken,
  MAX_SNIPPET_CHARACTERS,
  MAX_SNIPPET_NAME_CHARACTERS,
  MAX_SNIPPETS,
  type Snippet,
  withMovedSnippet,
  withoutSnippet,
  withSnippet,
} from "../snippets.ts";
import { say } from "../strings.ts";
import { HoldButton } from "./hold_button.tsx";
import { Icon, type IconName } from "./icons.tsx";

interface EditorProps {
  readonly snippets: readonly Snippet[];
  readonly change: (snippets: readonly Snippet[]) => void;
  /** The text that a new snippet begins with. */
  readonly proposed: string;
}

/** `index` is null for a new one. */
interface Edited extends Snippet {
  readonly index: number | null;
}

export function SnippetEditor({ snippets, change, proposed }: EditorProps): JSX.Element {
  const [edited, setEdited] = useState<Edited | null>(null);
  if (edited !== null) {
    const save = (): void => {
      change(withSnippet(snippets, edited.index, edited));
      setEdited(null);
    };
    return (
      <SnippetForm
        edited={edited}
        isTaken={isTaken(snippets, edited.name, edited.index)}
        edit={(changes) => setEdited({ ...edited, ...changes })}
        save={save}
        remove={() => {
          if (edited.index !== null) change(withoutSnippet(snippets, edited.index));
          setEdited(null);
        }}
        cancel={() => setEdited(null)}
      />
    );
  }
  const isFull = snippets.length >= MAX_SNIPPETS;
  return (
    <>
      <ol class="sheet-list">
        {snippets.map((snippet, index) => (
          <li key={snippet.name} class="snippet-row" data-testid="snippet-row">
            <button
              type="button"
              class="sheet-entry"
              data-testid="snippet-change"
              aria-label={say("snippets.change", { name: snippet.name })}
              onClick={() => setEdited({ ...snippet, index })}
            >
              <strong>{snippet.name}</strong>
            </button>
            <RowButton
              name="snippet-earlier"
              icon="up"
              label={say("snippets.earlier", { name: snippet.name })}
              disabled={index === 0}
              act={() => change(withMovedSnippet(snippets, index, -1))}
            />
            <RowButton
              name="snippet-later"
              icon="down"
              label={say("snippets.later", { name: snippet.name })}
              disabled={index === snippets.length - 1}
              act={() => change(withMovedSnippet(snippets, index, 1))}
            />
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="button-small"
        data-testid="snippet-add"
        disabled={isFull}
        onClick={() => setEdited({ index: null, name: "", text: proposed.slice(0, MAX_SNIPPET_CHARACTERS) })}
      >
        {say("snippets.add")}
      </button>
      {isFull ? <p class="sheet-hint">{say("snippets.full", { number: MAX_SNIPPETS })}</p> : null}
    </>
  );
}

interface FormProps {
  readonly edited: Edited;
  readonly isTaken: boolean;
  readonly edit: (changes: Partial<Snippet>) => void;
  readonly save: () => void;
  readonly remove: () => void;
  readonly cancel: () => void;
}

function SnippetForm({ edited, isTaken, edit, save, remove, cancel }: FormProps): JSX.Element {
  return (
    <form
      class="snippet-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label class="field">
        <span class="field-label">{say("snippets.name")}</span>
        <input
          class="field-input"
          data-testid="snippet-name"
          maxLength={MAX_SNIPPET_NAME_CHARACTERS}
          autocomplete="off"
          value={edited.name}
          onInput={(event) => edit({ name: event.currentTarget.value })}
        />
      </label>
      {isTaken ? (
        <p class="field-error" role="alert">
          {say("snippets.taken")}
        </p>
      ) : null}
      <label class="field">
        <span class="field-label">{say("snippets.text")}</span>
        <textarea
          class="field-input snippet-text"
          data-testid="snippet-text"
          rows={4}
          maxLength={MAX_SNIPPET_CHARACTERS}
          autocapitalize="off"
          autocorrect="off"
          spellcheck={false}
          value={edited.text}
          onInput={(event) => edit({ text: event.currentTarget.value })}
        />
      </label>
      {edited.index === null ? null : (
        <HoldButton
          name="snippet-remove"
          label={say("snippets.remove")}
          confirmLabel={say("snippets.remove.confirm")}
          act={remove}
        />
      )}
      <div class="sheet-actions">
        <button type="button" class="button-small" data-testid="snippet-cancel" onClick={cancel}>
          {say("snippets.cancel")}
        </button>
        <button
          type="submit"
          class="button-small button-small-main"
          data-testid="snippet-save"
          disabled={edited.name.trim() === "" || edited.text === "" || isTaken}
        >
          {say("snippets.save")}
        </button>
      </div>
    </form>
  );
}

interface RowButtonProps {
  readonly name: string;
  readonly icon: IconName;
  readonly label: string;
  readonly disabled: boolean;
  readonly act: () => void;
}

function RowButton({ name, icon, label, disabled, act }: RowButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="button-icon"
      data-testid={name}
      aria-label={label}
      disabled={disabled}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
