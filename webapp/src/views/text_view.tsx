/** Screen and scrollback as text: to select with a finger, to search, to copy and to share. */
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { copyAloud } from "../clipboard.ts";
import { say, sayCount } from "../strings.ts";
import type { TerminalSurface } from "../terminal.ts";
import type { TextLine } from "../terminal_text.ts";
import { matchesAround } from "../text_matches.ts";
import { piecesOf, type TextPiece } from "../text_pieces.ts";
import { lineOnRow, textOf } from "../text_snapshot.ts";
import { SearchBar } from "./search_bar.tsx";
import { TextBar } from "./text_bar.tsx";
import { useFinding } from "./text_find.ts";
import { useSnapshot } from "./text_follow.ts";
import { TextPieceView } from "./text_piece.tsx";
import { type Held, holdOf, isAtEnd, lowestInSight, restore, showLine } from "./text_scroll.ts";

/** All matches are counted; so many around the present one are marked. */
const MAX_MARKED = 500;
/** So few matches from the oldest one, older lines are asked for. */
const NEAR_OLDEST_MATCHES = 3;

interface TextViewProps {
  readonly surface: TerminalSurface;
  readonly title: string;
  /** The row of the terminal's buffer to begin with; null for its end. */
  readonly beginAtRow: number | null;
  readonly close: () => void;
  /** Get more of what lies above. */
  readonly wantOlder: () => void;
  readonly notify: (text: string) => void;
}

export function TextView({
  surface,
  title,
  beginAtRow,
  close,
  wantOlder,
  notify,
}: TextViewProps): JSX.Element {
  const content = useRef<HTMLPreElement>(null);
  const held = useRef<Held | null>(null);
  /** Who looks at the end sees it too when a search or a keyboard takes room away. */
  const followsEnd = useRef(beginAtRow === null);
  const snapshot = useSnapshot(surface, () => {
    if (content.current !== null) held.current = holdOf(content.current, followsEnd.current);
  });
  const { lines, firstNumber } = snapshot;
  const pieces = useMemo(() => piecesOf(lines, firstNumber), [lines, firstNumber]);
  const [showsSearch, setShowsSearch] = useState(false);
  const [atEnd, setAtEnd] = useState(beginAtRow === null);
  const finding = useFinding(snapshot);
  const { matches, current, present } = finding;
  const marked = useMemo(() => matchesAround(matches, current, MAX_MARKED).matches, [matches, current]);

  const lookUp = (): void => {
    const element = content.current;
    if (element !== null && element.scrollTop < element.clientHeight) wantOlder();
  };
  const scrolled = (): void => {
    if (content.current === null) return;
    followsEnd.current = isAtEnd(content.current);
    setAtEnd(followsEnd.current);
    lookUp();
  };
  const keepEnd = (): void => {
    if (content.current !== null && followsEnd.current)
      content.current.scrollTop = content.current.scrollHeight;
  };
  useLayoutEffect(keepEnd, [showsSearch]); // at once: what is searched for next begins with what is in sight
  useLayoutEffect(() => {
    const element = content.current;
    if (element === null) return undefined;
    const before = document.activeElement;
    element.focus({ preventScroll: true });
    const resized = new ResizeObserver(keepEnd);
    resized.observe(element);
    return () => {
      resized.disconnect();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  useLayoutEffect(() => {
    const element = content.current;
    if (element === null || beginAtRow === null) return;
    showLineAt(element, pieces, lineOnRow(lines, beginAtRow));
  }, []);
  useLayoutEffect(() => {
    const element = content.current;
    if (element === null) return;
    if (held.current !== null) restore(element, held.current);
    held.current = null;
    lookUp();
  }, [snapshot]);
  const presentNumber = present === undefined ? null : present.line + firstNumber;
  useLayoutEffect(() => {
    if (present === undefined) return;
    content.current?.querySelector("[data-present=true]")?.scrollIntoView({ block: "center" });
    if (current < NEAR_OLDEST_MATCHES) wantOlder();
  }, [presentNumber, present?.from, finding.query]);

  const selectedOrAll = (): string => selectedIn(content.current) || textOf(lines);
  const keys = (event: KeyboardEvent): void => {
    const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f";
    if (isFind) setShowsSearch(true);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="text-view"
      role="dialog"
      aria-modal="true"
      aria-label={say("text.label", { session: title })}
      onKeyDown={keys}
    >
      <TextBar
        title={title}
        close={close}
        search={() => setShowsSearch(true)}
        copy={() => void copyAloud(selectedOrAll(), notify)}
        share={() => void share(selectedOrAll(), notify)}
      />
      {showsSearch ? (
        <SearchBar
          query={finding.query}
          count={matches.length}
          current={current}
          find={(query) => finding.find(query, lineInSight(content.current, pieces))}
          step={finding.step}
          close={() => {
            finding.find({ text: "", matchCase: finding.query.matchCase }, 0);
            setShowsSearch(false);
          }}
        />
      ) : null}
      <pre
        ref={content}
        class="text-view-content"
        data-testid="text-view-content"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: so that arrow keys scroll it
        tabIndex={0}
        onScroll={scrolled}
        onCopy={(event) => {
          const selected = selectedIn(content.current);
          event.clipboardData?.setData("text/plain", selected);
          event.preventDefault();
          notify(sayCount("text.copied", Array.from(selected).length));
        }}
      >
        {pieces.map((piece) => (
          <TextPieceView
            key={piece.key}
            piece={piece}
            isLast={piece === pieces.at(-1)}
            matches={marked}
            present={present}
          />
        ))}
      </pre>
      {atEnd ? null : (
        <button
          type="button"
          class="button-small text-view-end"
          data-testid="text-view-end"
          onClick={() => content.current?.scrollTo(0, content.current.scrollHeight)}
        >
          {say("text.end")}
        </button>
      )}
    </div>
  );
}

/** Return the line at the lower edge, below which nothing was seen yet. */
function lineInSight(content: HTMLElement | null, pieces: readonly TextPiece<TextLine>[]): number {
  const place = content === null ? null : lowestInSight(content);
  const piece = pieces.find(({ key }) => key === place?.piece);
  return piece === undefined || place === null
    ? 0
    : piece.first + Math.ceil(place.share * piece.lines.length);
}

/** Begin with a line. */
function showLineAt(content: HTMLElement, pieces: readonly TextPiece<TextLine>[], line: number): void {
  const piece = pieces.findLast(({ first }) => first <= line);
  if (piece !== undefined) showLine(content, piece.key, (line - piece.first) / piece.lines.length);
}

/** Return what is selected in the text, and nothing else on the page. */
function selectedIn(content: HTMLElement | null): string {
  const selection = getSelection();
  if (content === null || selection === null || selection.isCollapsed) return "";
  const range = selection.getRangeAt(0);
  return content.contains(range.commonAncestorContainer) ? range.toString() : "";
}

async function share(text: string, notify: (said: string) => void): Promise<void> {
  try {
    await navigator.share({ text });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return; // the user thought better of it
    notify(say("text.not_shared"));
  }
}
