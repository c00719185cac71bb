/** The user's snippets, to insert one or to make one of what is written. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Snippet } from "../snippets.ts";
import { say } from "../strings.ts";
import { Sheet } from "./sheet.tsx";
import { SnippetEditor } from "./snippet_editor.tsx";

interface SnippetSheetProps {
  readonly snippets: readonly Snippet[];
  readonly change: (snippets: readonly Snippet[]) => void;
  /** What is in the composer. */
  readonly written: string;
  readonly take: (text: string) => void;
  readonly close: () => void;
}

export function SnippetSheet({ snippets, change, written, take, close }: SnippetSheetProps): JSX.Element {
  const [edits, setEdits] = useState(false);
  return (
    <Sheet
      name="snippet-sheet"
      title={say("snippets.title")}
      close={close}
      foot={
        <button
          type="button"
          class="button-small"
          data-testid="snippets-edit"
          aria-pressed={edits}
          onClick={() => setEdits(!edits)}
        >
          {say(edits ? "snippets.done" : "snippets.edit")}
        </button>
      }
    >
      {edits ? (
        <SnippetEditor snippets={snippets} change={change} proposed={written} />
      ) : (
        <>
          {snippets.length === 0 ? <p class="sheet-hint">{say("snippets.empty")}</p> : null}
          <ul class="sheet-list">
            {snippets.map(({ name, text }) => (
              <li key={name}>
                <button
                  type="button"
                  class="sheet-entry"
                  data-testid="snippet-entry"
                  onClick={() => take(text)}
                >
                  <strong>{name}</strong>
                  <span class="sheet-entry-text">{text}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Sheet>
  );
}
