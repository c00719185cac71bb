/** The bar of a search: what to look for, how often it is there, and the way from one place to the next. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../strings.ts";
import type { Query } from "../text_matches.ts";
import { IconButton } from "./icon_button.tsx";
import { Icon } from "./icons.tsx";
import { keepFocus } from "./key.tsx";

interface SearchBarProps {
  readonly query: Query;
  readonly count: number;
  /** Which match is the present one, from zero. */
  readonly current: number;
  readonly find: (query: Query) => void;
  readonly step: (steps: -1 | 1) => void;
  readonly close: () => void;
}

export function SearchBar({ query, count, current, find, step, close }: SearchBarProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const searchKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter")
      step(event.shiftKey ? 1 : -1); // what one looks for is above, as a rule
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search class="search-bar" aria-label={say("search.label")} data-testid="search">
      <input
        ref={input}
        class="search-input"
        data-testid="search-input"
        type="text"
        aria-label={say("search.input")}
        placeholder={say("search.label")}
        enterkeyhint="search"
        autocapitalize="off"
        autocomplete="off"
        autocorrect="off"
        spellcheck={false}
        value={query.text}
        onInput={(event) => find({ ...query, text: event.currentTarget.value })}
        onKeyDown={searchKey}
      />
      <output class="search-count" data-testid="search-count">
        {countText(query, count, current)}
      </output>
      <button
        type="button"
        class="button-icon search-case"
        data-testid="search-case"
        aria-label={say("search.case")}
        aria-pressed={query.matchCase}
        onPointerDown={keepFocus}
        onMouseDown={keepFocus}
        onClick={() => find({ ...query, matchCase: !query.matchCase })}
      >
        <Icon name="letterCase" />
      </button>
      <IconButton name="search-previous" icon="up" label={say("search.previous")} act={() => step(-1)} />
      <IconButton name="search-next" icon="down" label={say("search.next")} act={() => step(1)} />
      <IconButton name="search-close" icon="close" label={say("search.close")} act={close} />
    </search>
  );
}

function countText({ text }: Query, count: number, current: number): string {
  if (text === "") return "";
  return count === 0 ? say("search.none") : say("search.count", { current: current + 1, count });
}
