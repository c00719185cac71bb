/** A piece of a long text: drawn only while it is in sight, with marks where a search found something. */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { terminalFont } from "../terminal_font.ts";
import type { TextLine } from "../terminal_text.ts";
import type { Match } from "../text_matches.ts";
import { rowsOf, type TextPiece } from "../text_pieces.ts";

/** As the style sheet has them: the font, a row, and the room at both sides. */
const FONT_PIXELS = 13;
const ROW_PIXELS = 18;
const SIDES_PIXELS = 24;

interface TextPieceProps {
  readonly piece: TextPiece<TextLine>;
  readonly isLast: boolean;
  /** Matches in the whole text that are to be marked. */
  readonly matches: readonly Match[];
  readonly present: Match | undefined;
}

/** A place that was found, in characters from the beginning of the piece. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly isPresent: boolean;
}

export function TextPieceView({ piece, isLast, matches, present }: TextPieceProps): JSX.Element {
  const text = piece.lines.map((line) => line.text).join("\n") + (isLast ? "" : "\n");
  const marks = marksIn(piece, matches, present);
  const marked = marks.map(({ from, to, isPresent }) => `${from}-${to}${isPresent ? "!" : ""}`).join();
  // the same content is the same element, which is not looked at again
  const content = useMemo(() => <>{markedText(text, marks)}</>, [text, marked]);
  const height = useMemo(() => expectedHeight(piece.lines), [text]);
  return (
    <div class="text-piece" data-piece={piece.key} style={{ containIntrinsicHeight: `auto ${height}px` }}>
      {content}
    </div>
  );
}

/** Return how high lines will be once they are drawn, which browsers remember from then on. */
function expectedHeight(lines: readonly TextLine[]): number {
  const width = document.documentElement.clientWidth - SIDES_PIXELS;
  return rowsOf(lines, Math.max(1, Math.floor(width / (FONT_PIXELS * terminalFont.advance)))) * ROW_PIXELS;
}

function marksIn(
  { first, lines }: TextPiece<TextLine>,
  matches: readonly Match[],
  present: Match | undefined,
): Mark[] {
  const own = matches.filter(({ line }) => line >= first && line < first + lines.length);
  if (own.length === 0) return [];
  const starts: number[] = [];
  let start = 0;
  for (const { text } of lines) {
    starts.push(start);
    start += text.length + 1;
  }
  return own.map((match) => {
    const from = starts[match.line - first] ?? 0;
    return { from: from + match.from, to: from + match.to, isPresent: match === present };
  });
}

function markedText(text: string, marks: readonly Mark[]): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const { from, to, isPresent } of marks) {
    parts.push(
      text.slice(at, from),
      <mark class={isPresent ? "mark-present" : ""} data-present={isPresent}>
        {text.slice(from, to)}
      </mark>,
    );
    at = to;
  }
  parts.push(text.slice(at));
  return parts;
}
