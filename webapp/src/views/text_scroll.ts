/** Holds what is read in its place while pieces of text come and go above it, and finds lines on the screen. */

const AT_END_PIXELS = 4;

/** What a reader must not lose: the end of the text, or a piece and how far below the upper edge it is. */
export interface Held {
  readonly atEnd: boolean;
  readonly piece: Element | null;
  readonly top: number;
}

export function holdOf(content: HTMLElement, atEnd: boolean): Held {
  const edge = content.getBoundingClientRect().top;
  const pieces = [...content.children];
  // the upper end of the second piece in sight stands still when the first one gains or loses lines at its own
  const first = pieces.findIndex((piece) => piece.getBoundingClientRect().bottom > edge);
  const piece = pieces[first + 1] ?? pieces[first] ?? null;
  return { atEnd, piece, top: piece?.getBoundingClientRect().top ?? 0 };
}

/** Scroll to where it was held. */
export function restore(content: HTMLElement, { atEnd, piece, top }: Held): void {
  if (atEnd) content.scrollTop = content.scrollHeight;
  else if (piece?.isConnected) content.scrollTop += piece.getBoundingClientRect().top - top;
}

export function isAtEnd(content: HTMLElement): boolean {
  return content.scrollHeight - content.scrollTop - content.clientHeight <= AT_END_PIXELS;
}

/** Return what is at the lower edge: a piece's number, and which share of it is above the edge. */
export function lowestInSight(
  content: HTMLElement,
): { readonly piece: number; readonly share: number } | null {
  const edge = content.getBoundingClientRect().bottom;
  const pieces = [...content.querySelectorAll<HTMLElement>("[data-piece]")];
  const piece = pieces.findLast((one) => one.getBoundingClientRect().top < edge);
  if (piece === undefined) return null;
  const { top, height } = piece.getBoundingClientRect();
  return { piece: Number(piece.dataset.piece), share: Math.min(1, (edge - top) / height) };
}

/** Bring a line of a piece near the upper edge, `share` being how much of the piece is above it. */
export function showLine(content: HTMLElement, pieceNumber: number, share: number): void {
  const piece = content.querySelector(`[data-piece="${pieceNumber}"]`);
  if (piece === null) return;
  piece.scrollIntoView({ block: "start" }); // it is drawn now, and has its true height
  content.scrollTop += piece.getBoundingClientRect().height * share - content.clientHeight / 3;
}
