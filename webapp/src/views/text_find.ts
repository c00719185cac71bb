/** Find in the text view: what is looked for, where it is, and which place is the present one. */
import { useMemo, useState } from "preact/hooks";
import { findMatches, lastMatchBefore, type Match, type Query, steppedMatch } from "../text_matches.ts";
import type { TextSnapshot } from "../text_snapshot.ts";

export interface Finding {
  readonly query: Query;
  readonly matches: readonly Match[];
  /** From zero; -1 if there is none. */
  readonly current: number;
  readonly present: Match | undefined;
  /** Look for this, from a line upwards. */
  readonly find: (query: Query, fromLine: number) => void;
  readonly step: (steps: -1 | 1) => void;
}

const NOTHING: Query = { text: "", matchCase: false };

export function useFinding({ lines, firstNumber }: TextSnapshot): Finding {
  const [query, setQuery] = useState(NOTHING);
  /** The present match by the number of its line, which it keeps when lines come above. */
  const [place, setPlace] = useState({ line: 0, from: 0 });
  const matches = useMemo(() => findMatches(lines, query), [lines, query]);
  const line = place.line - firstNumber;
  const same = matches.findIndex((match) => match.line === line && match.from === place.from);
  const current = same >= 0 ? same : lastMatchBefore(matches, line, place.from);

  const goTo = (match: Match | undefined): void => {
    if (match !== undefined) setPlace({ line: match.line + firstNumber, from: match.from });
  };
  const find = (wanted: Query, fromLine: number): void => {
    setQuery(wanted);
    const found = findMatches(lines, wanted);
    goTo(found[lastMatchBefore(found, fromLine, 0)]);
  };
  const step = (steps: -1 | 1): void => goTo(matches[steppedMatch(current, steps, matches.length)]);
  return { query, matches, current, present: matches[current], find, step };
}
