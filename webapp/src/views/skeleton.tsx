/** What a list looks like while it is on its way. */
import type { JSX } from "preact";

const CARDS = [0, 1, 2];

export function Skeleton({ label }: { readonly label: string }): JSX.Element {
  return (
    <ul class="cards" aria-label={label} data-testid="skeleton">
      {CARDS.map((index) => (
        <li key={index} class="card skeleton">
          <span class="skeleton-block skeleton-glyph" />
          <span class="card-body">
            <span class="skeleton-block skeleton-title" />
            <span class="skeleton-block skeleton-line" />
          </span>
        </li>
      ))}
    </ul>
  );
}
