/** The terminal's place on screen: it keeps its size while a keyboard covers part of it, and shows the cursor's part. */
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import type { WritingEvents } from "../ime_terminal.ts";
import { fontSizeWithin } from "../settings.ts";
import { say } from "../strings.ts";
import { type TerminalEvents, TerminalSurface } from "../terminal.ts";
import { PROBE_CLASS, roomOf } from "../terminal_room.ts";
import { followTwoFingers } from "../touch_pinch.ts";
import { SelectionOverlay, type SelectionUses } from "./selection_overlay.tsx";

export interface StageHandle {
  readonly surface: TerminalSurface;
}

/** What a person or a program did that is not the stage's own affair. */
export type StageEvents = Pick<
  TerminalEvents,
  keyof WritingEvents | "linkOpened" | "clipboardWanted" | "rang" | "swiped" | "swipeEnded"
> & {
  /** Two fingers ask for the next session, or the one before. */
  readonly neighbourWanted: (places: -1 | 1) => void;
  /** A tap that is nothing else: the user wants to type. Returns whether it is used up. */
  readonly typingWanted: (programPoints: boolean) => boolean;
  /** A long press has selected something. */
  readonly selected: () => void;
};

interface StageProps {
  readonly handle: RefObject<StageHandle | null>;
  readonly controller: Controller;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly dimmed: boolean;
  /** The size that the user reads at. */
  readonly fontSizePixels: number;
  /** Those of the first time are kept. */
  readonly events: StageEvents;
  readonly selectionUses: SelectionUses;
}

export function Stage(props: StageProps): JSX.Element {
  const { handle, controller, deviceId, sessionId, dimmed, fontSizePixels, events, selectionUses } = props;
  const stage = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLDivElement>(null);
  const refitNow = useRef<() => void>(() => undefined);
  const [selecting, setSelecting] = useState<TerminalSurface | null>(null);

  useLayoutEffect(() => {
    if (!stage.current || !host.current || !probe.current) return undefined;
    const [stageElement, hostElement, probeElement] = [stage.current, host.current, probe.current];
    const terminalEvents: TerminalEvents = {
      ...events,
      pointed: (data) => controller.terminal.typeBytes(data),
      tapped: (x, y) => {
        if (surface.selection.range !== null) {
          surface.selection.clear();
          return true;
        }
        const link = surface.programPoints ? null : surface.linkAt(surface.grid.cellAt(x, y));
        if (link === null) return events.typingWanted(surface.programPoints);
        events.linkOpened(link);
        return true;
      },
      held: (x, y) => {
        if (!surface.selection.selectWord(surface.grid.cellAt(x, y))) return;
        events.selected();
        setSelecting(surface);
      },
      heldMoved: (x, y) => surface.selection.extendTo(surface.grid.cellAt(x, y)),
      reachedTop: () => attachment?.wantOlder(),
      recoloured: () => attachment?.recoloured(),
      scrolled: () => {
        if (document.documentElement.classList.contains("keyboard-open")) surface.blur();
      },
      doubleTapped: () => {
        if (!surface.programPoints) events.typed("\t");
      },
    };
    const surface = new TerminalSurface(hostElement, terminalEvents, fontSizePixels);
    handle.current = { surface };
    const attachment = controller.terminal.attach(deviceId, sessionId, surface);

    /** Measured when they change: asking the browser in a flood would have it lay out the page for each frame twice. */
    let [roomHeight, stageHeight] = [probeElement.clientHeight, stageElement.clientHeight];
    const showCursor = (): void => {
      const hidden = roomHeight - stageHeight;
      const below = hidden > 0 ? surface.focusBottomPixels - stageHeight : 0;
      const shift = hidden > 0 ? Math.max(0, Math.min(hidden, below + CURSOR_MARGIN_PIXELS)) : 0;
      hostElement.style.transform = shift > 0 ? `translateY(${-shift}px)` : "";
    };
    const measure = (): void => {
      [roomHeight, stageHeight] = [probeElement.clientHeight, stageElement.clientHeight];
      showCursor();
    };
    const refit = (): void => {
      const room = roomOf(probeElement);
      if (room.width === 0 || room.height === 0) return; // on its way out, or not laid out yet
      attachment?.resize(surface.layout(room));
      measure();
    };
    refitNow.current = refit;
    const stopTwoFingers = followTwoFingers(hostElement, {
      size: () => surface.readingSize,
      pinched: (pixels) => {
        const next = fontSizeWithin(pixels);
        if (next === surface.readingSize) return;
        surface.readingSize = next;
        refit();
      },
      pinchEnded: () => controller.changeSettings({ fontSizePixels: surface.readingSize }),
      swiped: events.neighbourWanted,
    });
    const probeObserver = new ResizeObserver(refit);
    probeObserver.observe(probeElement);
    const stageObserver = new ResizeObserver(measure);
    stageObserver.observe(stageElement);
    let frame = 0;
    const stopFollowing = surface.onChange(() => {
      // once for all that a flood changes within a frame
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        showCursor();
      });
    });
    return () => {
      probeObserver.disconnect();
      stageObserver.disconnect();
      stopFollowing();
      cancelAnimationFrame(frame);
      stopTwoFingers();
      if (attachment) controller.terminal.leave(attachment);
      handle.current = null;
      surface.dispose();
    };
  }, []);
  useLayoutEffect(() => {
    const surface = handle.current?.surface;
    if (surface === undefined || surface.readingSize === fontSizePixels) return;
    surface.readingSize = fontSizePixels;
    refitNow.current();
  }, [fontSizePixels]);

  return (
    <div ref={stage} class={`stage ${dimmed ? "stage-dimmed" : ""}`}>
      <div ref={probe} class={PROBE_CLASS} />
      <div
        ref={host}
        class="stage-host"
        data-testid="terminal"
        role="application"
        aria-label={say("terminal.label")}
        onContextMenu={(event) => {
          const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
          if (isTouch) event.preventDefault(); // a long press selects
        }}
      />
      {selecting === null ? null : (
        <SelectionOverlay surface={selecting} uses={selectionUses} ended={() => setSelecting(null)} />
      )}
    </div>
  );
}

const CURSOR_MARGIN_PIXELS = 4;
