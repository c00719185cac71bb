/** The terminal's place on screen: it keeps its size while a keyboard covers part of it, and shows the cursor's part. */
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { fontSizeWithin } from "../settings.ts";
import { say } from "../strings.ts";
import { type TerminalEvents, TerminalSurface } from "../terminal.ts";
import { PROBE_CLASS, roomOf } from "../terminal_room.ts";
import { followPinch } from "../touch_pinch.ts";

export interface StageHandle {
  readonly surface: TerminalSurface;
}

interface StageProps {
  readonly handle: RefObject<StageHandle | null>;
  readonly controller: Controller;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly dimmed: boolean;
  /** The size that the user reads at. */
  readonly fontSizePixels: number;
  readonly typed: (text: string) => void;
}

export function Stage(props: StageProps): JSX.Element {
  const { handle, controller, deviceId, sessionId, dimmed, fontSizePixels, typed } = props;
  const stage = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (!stage.current || !host.current || !probe.current) return undefined;
    const [stageElement, hostElement, probeElement] = [stage.current, host.current, probe.current];
    const events: TerminalEvents = {
      typed,
      pointed: (data) => controller.typeBytes(data),
      tapped: () => surface.focus(),
      reachedTop: () => attachment?.wantOlder(),
      recoloured: () => attachment?.recoloured(),
      scrolled: () => {
        if (document.documentElement.classList.contains("keyboard-open")) surface.blur();
      },
      doubleTapped: () => {
        if (!surface.programPoints) typed("\t");
      },
    };
    const surface = new TerminalSurface(hostElement, events, fontSizePixels);
    handle.current = { surface };
    const attachment = controller.attach(deviceId, sessionId, surface);

    const showCursor = (): void => {
      const hidden = probeElement.clientHeight - stageElement.clientHeight;
      const below = surface.cursorBottomPixels - stageElement.clientHeight;
      const shift = Math.max(0, Math.min(hidden, below + CURSOR_MARGIN_PIXELS));
      hostElement.style.transform = shift > 0 ? `translateY(${-shift}px)` : "";
    };
    const refit = (): void => {
      const room = roomOf(probeElement);
      if (room.width === 0 || room.height === 0) return; // on its way out, or not laid out yet
      attachment?.resize(surface.layout(room));
      showCursor();
    };
    const stopPinching = followPinch(hostElement, {
      size: () => surface.readingSize,
      pinched: (pixels) => {
        const next = fontSizeWithin(pixels);
        if (next === surface.readingSize) return;
        surface.readingSize = next;
        refit();
      },
      ended: () => controller.changeSettings({ fontSizePixels: surface.readingSize }),
    });
    const probeObserver = new ResizeObserver(refit);
    probeObserver.observe(probeElement);
    const stageObserver = new ResizeObserver(showCursor);
    stageObserver.observe(stageElement);
    const stopFollowing = surface.onChange(showCursor);
    if (window.matchMedia("(pointer: fine)").matches) surface.focus();
    return () => {
      probeObserver.disconnect();
      stageObserver.disconnect();
      stopFollowing();
      stopPinching();
      if (attachment) controller.leave(attachment);
      handle.current = null;
      surface.dispose();
    };
  }, []);

  return (
    <div ref={stage} class={`stage ${dimmed ? "stage-dimmed" : ""}`}>
      <div ref={probe} class={PROBE_CLASS} />
      <div
        ref={host}
        class="stage-host"
        data-testid="terminal"
        role="application"
        aria-label={say("terminal.label")}
      />
    </div>
  );
}

const CURSOR_MARGIN_PIXELS = 4;
