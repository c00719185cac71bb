/** Asks for the path of a file on the machine, and how photos are sent to it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { say } from "../strings.ts";
import { Sheet } from "./sheet.tsx";

interface FetchSheetProps {
  readonly shrinks: boolean;
  readonly setShrinks: (shrinks: boolean) => void;
  readonly fetch: (path: string) => void;
  readonly close: () => void;
}

export function FetchSheet({ shrinks, setShrinks, fetch, close }: FetchSheetProps): JSX.Element {
  const [path, setPath] = useState("");
  return (
    <Sheet name="fetch-sheet" title={say("files.fetch_title")} close={close}>
      <form
        class="fetch-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (path === "") return;
          fetch(path);
          close();
        }}
      >
        <label class="fetch-label" for="fetch-path">
          {say("files.path")}
        </label>
        <input
          id="fetch-path"
          class="fetch-path"
          data-testid="fetch-path"
          placeholder={say("files.path_example")}
          autocapitalize="off"
          autocomplete="off"
          autocorrect="off"
          spellcheck={false}
          value={path}
          onInput={(event) => setPath(event.currentTarget.value)}
        />
        <p class="fetch-hint">{say("files.path_hint")}</p>
        <button type="submit" class="button" data-testid="fetch-go" disabled={path === ""}>
          {say("files.fetch_go")}
        </button>
        <label class="fetch-choice">
          <input
            type="checkbox"
            data-testid="files-shrink"
            checked={shrinks}
            onChange={(event) => setShrinks(event.currentTarget.checked)}
          />
          {say("files.shrink")}
        </label>
      </form>
    </Sheet>
  );
}
