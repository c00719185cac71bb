/** Search in the terminal itself: the bar, and what it finds marked where it is. */
import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { TerminalSurface } from "../terminal.ts";
import type { SearchState } from "../terminal_search.ts";
import type { Query } from "../text_matches.ts";
import { SearchBar } from "./search_bar.tsx";

interface TerminalSearchProps {
  readonly surface: TerminalSurface;
  readonly close: () => void;
}

export function TerminalSearchBar({ surface, close }: TerminalSearchProps): JSX.Element {
  const [query, setQuery] = useState<Query>({ text: "", matchCase: false });
  const [state, setState] = useState<SearchState>({ count: 0, current: -1 });
  // Before the box can be typed into: opening forgets what was looked for.
  useLayoutEffect(() => {
    surface.search.open(setState);
    return () => surface.search.close();
  }, [surface]);
  const find = (wanted: Query): void => {
    setQuery(wanted);
    surface.search.find(wanted);
  };
  return (
    <SearchBar
      query={query}
      {...state}
      find={find}
      step={(steps) => surface.search.step(steps)}
      close={close}
    />
  );
}
