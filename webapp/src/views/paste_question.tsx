/** Asks before several lines are pasted: a program may run each of them. */
import type { JSX } from "preact";
import { firstLines } from "../paste.ts";
import { say, sayCount } from "../strings.ts";
import { Sheet } from "./sheet.tsx";

interface PasteQuestionProps {
  readonly text: string;
  /** Whether the program takes a paste for one, and does not run its lines. */
  readonly bracketedPaste: boolean;
  readonly decide: (choice: "paste" | "compose" | "cancel") => void;
}

export function PasteQuestion({ text, bracketedPaste, decide }: PasteQuestionProps): JSX.Element {
  const { count, shown } = firstLines(text);
  return (
    <Sheet name="paste-question" title={sayCount("paste.title", count)} close={() => decide("cancel")}>
      <pre class="sheet-text" data-testid="paste-lines">
        {shown.join("\n")}
      </pre>
      {count > shown.length ? (
        <p class="sheet-hint" data-testid="paste-rest">
          {sayCount("paste.more", count - shown.length)}
        </p>
      ) : null}
      <p class="sheet-hint">{say(bracketedPaste ? "paste.as_one" : "paste.as_typed")}</p>
      <div class="sheet-actions">
        <button
          type="button"
          class="button-small"
          data-testid="paste-cancel"
          onClick={() => decide("cancel")}
        >
          {say("paste.cancel")}
        </button>
        <button
          type="button"
          class="button-small"
          data-testid="paste-compose"
          onClick={() => decide("compose")}
        >
          {say("paste.compose")}
        </button>
        <button
          type="button"
          class="button-small button-small-main"
          data-testid="paste-confirm"
          onClick={() => decide("paste")}
        >
          {say("paste.confirm")}
        </button>
      </div>
    </Sheet>
  );
}
