/** Asks before a link is opened, and shows where it really leads. */
import type { JSX } from "preact";
import { destination, isDisguised, type Link } from "../links.ts";
import { readableText } from "../readable_text.ts";
import { say } from "../strings.ts";
import { Sheet } from "./sheet.tsx";

interface LinkSheetProps {
  readonly link: Link;
  readonly copy: (address: string) => void;
  readonly close: () => void;
}

export function LinkSheet({ link, copy, close }: LinkSheetProps): JSX.Element {
  return (
    <Sheet name="link-sheet" title={say("link.title")} close={close}>
      <p>{say("link.leads", { destination: destination(link.target) })}</p>
      <p class="link-target" data-testid="link-target">
        {link.target}
      </p>
      {isDisguised(link) ? (
        <div class="link-disguise" data-testid="link-disguise">
          <p>{say("link.disguised")}</p>
          <p class="link-text">{readableText(link.text)}</p>
        </div>
      ) : null}
      <div class="sheet-actions">
        <button type="button" class="button-small" data-testid="link-cancel" onClick={close}>
          {say("link.cancel")}
        </button>
        <button
          type="button"
          class="button-small"
          data-testid="link-copy"
          onClick={() => {
            copy(link.target);
            close();
          }}
        >
          {say("link.copy")}
        </button>
        <a
          class="button"
          data-testid="link-open"
          href={link.target}
          target="_blank"
          rel="noopener noreferrer"
          onClick={() => setTimeout(close)}
        >
          {say("link.open")}
        </a>
      </div>
    </Sheet>
  );
}
