/** The header of the text view. */
import type { JSX } from "preact";
import { say } from "../strings.ts";
import { IconButton } from "./icon_button.tsx";

interface TextBarProps {
  readonly title: string;
  readonly close: () => void;
  readonly search: () => void;
  readonly copy: () => void;
  readonly share: () => void;
}

export function TextBar({ title, close, search, copy, share }: TextBarProps): JSX.Element {
  return (
    <header class="bar">
      <IconButton name="text-view-close" icon="close" label={say("text.close")} act={close} />
      <h2 class="bar-title">{title}</h2>
      <IconButton name="text-view-search" icon="search" label={say("menu.search")} act={search} />
      {"share" in navigator ? (
        <IconButton name="text-view-share" icon="share" label={say("text.share")} act={share} />
      ) : null}
      <IconButton name="text-view-copy" icon="copy" label={say("text.copy")} act={copy} />
    </header>
  );
}
