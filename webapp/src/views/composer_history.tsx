/** What was sent to a machine before, newest first, to be sent again or changed. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { say } from "../strings.ts";
import { HoldButton } from "./hold_button.tsx";
import { Sheet } from "./sheet.tsx";

interface HistoryProps {
  readonly entries: readonly string[];
  readonly take: (text: string) => void;
  readonly clear: () => void;
  readonly close: () => void;
}

export function HistorySheet({ entries, take, clear, close }: HistoryProps): JSX.Element {
  const [wanted, setWanted] = useState("");
  const found = entries.filter((entry) => entry.toLowerCase().includes(wanted.toLowerCase())).reverse();
  return (
    <Sheet
      name="history-sheet"
      title={say("history.title")}
      close={close}
      foot={
        entries.length > 0 ? (
          <HoldButton
            name="history-clear"
            label={say("history.clear")}
            confirmLabel={say("history.clear.confirm")}
            act={clear}
          />
        ) : null
      }
    >
      {entries.length === 0 ? (
        <p class="sheet-hint">{say("history.empty")}</p>
      ) : (
        <input
          type="search"
          class="field-input"
          data-testid="history-find"
          aria-label={say("history.find")}
          placeholder={say("history.find")}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      <ul class="sheet-list" data-testid="history-list">
        {found.map((entry) => (
          <li key={entry}>
            <button type="button" class="sheet-entry" data-testid="history-entry" onClick={() => take(entry)}>
              {entry}
            </button>
          </li>
        ))}
      </ul>
      {entries.length > 0 && found.length === 0 ? <p class="sheet-hint">{say("history.none")}</p> : null}
    </Sheet>
  );
}
