/** Texts with a name that the user sends again and again, in the user's order. */

export const MAX_SNIPPETS = 50;
export const MAX_SNIPPET_NAME_CHARACTERS = 40;
export const MAX_SNIPPET_CHARACTERS = 4_000;

export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** Return snippets from anything that was kept or imported; what is none or too long is left out. */
export function snippetsFrom(kept: unknown): readonly Snippet[] {
  if (!Array.isArray(kept)) return [];
  return kept.filter(isSnippet).reduce<readonly Snippet[]>((snippets, { name, text }) => {
    return isTaken(snippets, name) ? snippets : withSnippet(snippets, null, { name, text });
  }, []);
}

function isSnippet(value: unknown): value is Snippet {
  if (typeof value !== "object" || value === null) return false;
  const { name, text } = value as Record<string, unknown>;
  return (
    typeof name === "string" &&
    typeof text === "string" &&
    name.trim() !== "" &&
    text !== "" &&
    name.length <= MAX_SNIPPET_NAME_CHARACTERS &&
    text.length <= MAX_SNIPPET_CHARACTERS
  );
}

/** Whether another snippet than the one at `index` has this name. */
export function isTaken(snippets: readonly Snippet[], name: string, index: number | null = null): boolean {
  return snippets.some((snippet, other) => other !== index && snippet.name === name.trim());
}

/** Return the snippets with one changed, or with another at the end where `index` is null and there is room. */
export function withSnippet(
  snippets: readonly Snippet[],
  index: number | null,
  { name, text }: Snippet,
): readonly Snippet[] {
  const snippet = { name: name.trim(), text };
  if (index === null) return [...snippets, snippet].slice(0, MAX_SNIPPETS);
  return snippets.map((other, place) => (place === index ? snippet : other));
}

export function withoutSnippet(snippets: readonly Snippet[], index: number): readonly Snippet[] {
  return snippets.filter((_, place) => place !== index);
}

/** Return the snippets with one of them a place earlier (-1) or later (1). */
export function withMovedSnippet(
  snippets: readonly Snippet[],
  index: number,
  places: -1 | 1,
): readonly Snippet[] {
  const moved = snippets[index];
  const to = index + places;
  if (moved === undefined || to < 0 || to >= snippets.length) return snippets;
  const others = withoutSnippet(snippets, index);
  return [...others.slice(0, to), moved, ...others.slice(to)];
}
