/** A selection under fingers: a handle at each end, and what can be done with it. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Link } from "../links.ts";
import type { RangeEnd } from "../selection_range.ts";
import { say } from "../strings.ts";
import type { TerminalSurface } from "../terminal.ts";
import { keepFocus } from "./key.tsx";

const TOOLBAR_PIXELS = 44;
/** Room for a handle below the line, and for a finger. */
const HANDLE_PIXELS = 40;
const GAP_PIXELS = 8;
/** So near the edge, a dragged handle scrolls. */
const EDGE_PIXELS = 20;
const EDGE_SCROLL_MILLISECONDS = 60;

/** What can be done with a selection beside looking at it. */
export interface SelectionUses {
  readonly copy: (text: string) => void;
  /** Show the text view at this row of the buffer. */
  readonly openText: (row: number) => void;
  readonly openLink: (link: Link) => void;
}

interface OverlayProps {
  readonly surface: TerminalSurface;
  readonly uses: SelectionUses;
  readonly ended: () => void;
}

interface Places {
  readonly start: Place;
  readonly end: Place;
  readonly height: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export function SelectionOverlay({ surface, uses, ended }: OverlayProps): JSX.Element {
  const overlay = useRef<HTMLDivElement>(null);
  const toolbar = useRef<HTMLDivElement>(null);
  const [places, setPlaces] = useState<Places | null>(null);
  const { selection } = surface;

  useLayoutEffect(() => {
    const place = (): void => {
      const { range } = selection;
      if (range === null || overlay.current === null) {
        ended();
        return;
      }
      // the cell after the last one may be past the end of its row, where it is drawn too
      const [start, end] = [range.start, range.end].map((cell) =>
        surface.grid.placeOf(cell, overlay.current ?? document.body),
      );
      if (start !== undefined && end !== undefined)
        setPlaces({ start, end, height: surface.grid.cell.height });
    };
    place();
    const stop = selection.onChange(place);
    const resized = new ResizeObserver(place);
    if (overlay.current !== null) resized.observe(overlay.current);
    return () => {
      stop();
      resized.disconnect();
    };
  }, [surface]);

  useLayoutEffect(() => {
    const bar = toolbar.current;
    const room = overlay.current;
    if (bar === null || room === null || places === null) return;
    const left = (places.start.x + places.end.x - bar.offsetWidth) / 2;
    bar.style.left = `${Math.min(room.clientWidth - bar.offsetWidth - GAP_PIXELS, Math.max(GAP_PIXELS, left))}px`;
    bar.style.top = `${toolbarTop(places, room.clientHeight)}px`;
  }, [places]);

  const range = selection.range;
  const link = range === null ? null : surface.linkAt(range.start);
  const done = (use: () => void): void => {
    use();
    selection.clear();
  };
  return (
    <div ref={overlay} class="selection" data-testid="selection">
      {places === null ? null : (
        <>
          <Handle at="start" surface={surface} place={places.start} height={places.height} />
          <Handle at="end" surface={surface} place={places.end} height={places.height} />
          <div ref={toolbar} class="selection-bar" role="toolbar" aria-label={say("selection.label")}>
            <Use name="selection-copy" act={() => done(() => uses.copy(selection.text))}>
              {say("selection.copy")}
            </Use>
            {link === null ? null : (
              <Use name="selection-link" act={() => done(() => uses.openLink(link))}>
                {say("selection.link")}
              </Use>
            )}
            <Use name="selection-all" act={() => selection.selectAll()}>
              {say("selection.all")}
            </Use>
            <Use name="selection-text" act={() => done(() => uses.openText(range?.start.row ?? 0))}>
              {say("selection.text")}
            </Use>
          </div>
        </>
      )}
    </div>
  );
}

/** Above the selection, or below it and its handles, or in the middle where it fills the screen. */
function toolbarTop({ start, end, height }: Places, room: number): number {
  const above = start.y - TOOLBAR_PIXELS - GAP_PIXELS;
  if (above >= 0 && above <= room - TOOLBAR_PIXELS) return above;
  const below = end.y + height + HANDLE_PIXELS;
  if (below >= 0 && below <= room - TOOLBAR_PIXELS) return below;
  return (room - TOOLBAR_PIXELS) / 2;
}

function Use({ name, act, children }: { name: string; act: () => void; children: string }): JSX.Element {
  return (
    <button
      type="button"
      class="selection-use"
      data-testid={name}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={act}
    >
      {children}
    </button>
  );
}

interface HandleProps {
  readonly at: RangeEnd;
  readonly surface: TerminalSurface;
  readonly place: Place;
  readonly height: number;
}

/** A handle hangs below its end of the selection; the finger that drags it covers neither. */
function Handle({ at, surface, place, height }: HandleProps): JSX.Element {
  /** Which end the finger has, and how far it is from the middle of the cell. */
  const dragged = useRef<{ end: RangeEnd; x: number; y: number; from: DOMRect } | null>(null);
  const scrolling = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const stop = (): void => {
    clearInterval(scrolling.current);
    scrolling.current = undefined;
    dragged.current = null;
  };
  useEffect(() => stop, []);

  const start = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    keepFocus(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    const room = event.currentTarget.parentElement;
    if (room === null) return;
    const from = room.getBoundingClientRect();
    const { width } = surface.grid.cell;
    const middle = {
      x: from.left + place.x + (at === "start" ? width / 2 : -width / 2),
      y: from.top + place.y + height / 2,
    };
    dragged.current = { end: at, x: event.clientX - middle.x, y: event.clientY - middle.y, from };
  };
  const move = (event: PointerEvent): void => {
    const drag = dragged.current;
    if (drag === null) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    const follow = (): void => {
      drag.end = surface.selection.moveEnd(drag.end, surface.grid.cellAt(x, y));
    };
    follow();
    clearInterval(scrolling.current);
    const rows = y < drag.from.top + EDGE_PIXELS ? -1 : y > drag.from.bottom - EDGE_PIXELS ? 1 : 0;
    if (rows === 0) return;
    scrolling.current = setInterval(() => {
      surface.scrollRows(rows);
      follow();
    }, EDGE_SCROLL_MILLISECONDS);
  };
  return (
    <span
      class={`selection-handle selection-handle-${at}`}
      data-testid={`selection-${at}`}
      style={{ transform: `translate(${place.x}px, ${place.y + height}px)` }}
      onPointerDown={start}
      onPointerMove={move}
      onPointerUp={stop}
      onPointerCancel={stop}
    />
  );
}
