/** Finds text in lines: every place, in order, and which of them is the next one. */

export interface Query {
  readonly text: string;
  readonly matchCase: boolean;
}

/** A place in the text: from one character of a line up to another, which is not part of it. */
export interface Match {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** Return every place where the text is, without overlaps. */
export function findMatches(lines: readonly { readonly text: string }[], query: Query): Match[] {
  if (query.text === "") return [];
  const pattern = new RegExp(escaped(query.text), query.matchCase ? "gu" : "giu");
  return lines.flatMap(({ text }, line) =>
    Array.from(text.matchAll(pattern), ({ index, 0: found }) => ({
      line,
      from: index,
      to: index + found.length,
    })),
  );
}

/** Return which match is `steps` after the present one, the first following the last. */
export function steppedMatch(current: number, steps: number, count: number): number {
  return count === 0 ? -1 : (((current + steps) % count) + count) % count;
}

/** Return the last match that begins before a place, or the first one if none does: nearest to who reads upwards. */
export function lastMatchBefore(matches: readonly Match[], line: number, from: number): number {
  if (matches.length === 0) return -1;
  const index = matches.findLastIndex(
    (match) => match.line < line || (match.line === line && match.from < from),
  );
  return Math.max(0, index);
}

/** Return the matches around the present one, at most `limit` of them, and the place of the first among all. */
export function matchesAround(
  matches: readonly Match[],
  current: number,
  limit: number,
): { readonly first: number; readonly matches: readonly Match[] } {
  const first = Math.max(0, Math.min(current - Math.floor(limit / 2), matches.length - limit));
  return { first, matches: matches.slice(first, first + limit) };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
}
