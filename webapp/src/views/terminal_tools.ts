/** What the terminal's screen knows of its tools: which one is open, and what a touch, a link or the bell brings about. */
import type { RefObject } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { restedBell, soundBell } from "../bell.ts";
import { copyAloud } from "../clipboard.ts";
import type { Controller } from "../controller.ts";
import type { WritingEvents } from "../ime_terminal.ts";
import type { Link } from "../links.ts";
import { neighbourOf } from "../session_neighbours.ts";
import type { Settings } from "../settings.ts";
import type { SessionInfo } from "../wire/messages.ts";
import type { SelectionUses } from "./selection_overlay.tsx";
import type { StageEvents, StageHandle } from "./stage.tsx";

const HOLD_HAPTIC_MILLISECONDS = 12;
const BELL_HAPTIC_MILLISECONDS = 30;
const BELL_MILLISECONDS = 300;
const BELL_OUTLINE = "3px solid";
/** A swipe from the edge that is longer leads back. */
const BACK_PIXELS = 80;

export type Tool =
  | { readonly open: "nothing" }
  | { readonly open: "menu" }
  | { readonly open: "search" }
  /** The text view, at a row of the terminal or at its end. */
  | { readonly open: "text"; readonly row: number | null }
  | { readonly open: "link"; readonly link: Link };

interface Surroundings {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly sessions: readonly SessionInfo[];
  readonly settings: Settings;
  readonly stage: RefObject<StageHandle | null>;
  readonly screen: RefObject<HTMLElement | null>;
  readonly clipboardWanted: StageEvents["clipboardWanted"];
}

export interface TerminalTools {
  readonly tool: Tool;
  readonly show: (tool: Tool) => void;
  readonly close: () => void;
  readonly hasNeighbours: boolean;
  readonly goToNeighbour: (places: -1 | 1) => void;
  readonly events: Omit<StageEvents, keyof WritingEvents | "typingWanted">;
  readonly selectionUses: SelectionUses;
  /** Handle a shortcut of a hardware keyboard before the program sees it. */
  readonly shortcut: (event: KeyboardEvent) => void;
}

export function useTerminalTools(surroundings: Surroundings): TerminalTools {
  const [tool, setTool] = useState<Tool>({ open: "nothing" });
  const latest = useRef(surroundings);
  latest.current = surroundings;
  const { controller, stage, screen } = surroundings;

  const vibrate = (milliseconds: number): void => {
    if (latest.current.settings.haptics) navigator.vibrate?.(milliseconds);
  };
  const close = (): void => {
    setTool({ open: "nothing" });
    if (window.matchMedia("(pointer: fine)").matches) stage.current?.surface.focus();
  };
  const copy = (text: string): void => void copyAloud(text, (said) => controller.notify(said));
  const goToNeighbour = (places: -1 | 1): void => {
    const { deviceId, sessionId, sessions } = latest.current;
    const neighbour = neighbourOf(sessions, sessionId, places);
    if (neighbour !== null) controller.go({ screen: "terminal", deviceId, sessionId: neighbour.id });
  };
  const events = useMemo<TerminalTools["events"]>(() => {
    const ring = restedBell(
      () => {
        flash(screen.current?.querySelector(".stage") ?? null);
        vibrate(BELL_HAPTIC_MILLISECONDS);
        if (latest.current.settings.bellSound) soundBell();
      },
      () => performance.now() / 1_000,
    );
    return {
      rang: ring,
      selected: () => vibrate(HOLD_HAPTIC_MILLISECONDS),
      linkOpened: (link) => setTool({ open: "link", link }),
      clipboardWanted: (request) => latest.current.clipboardWanted(request),
      neighbourWanted: goToNeighbour,
      swiped: (pixels) => slide(screen.current, pixels),
      swipeEnded: (pixels) => {
        slide(screen.current, 0);
        if (pixels > BACK_PIXELS) controller.back();
      },
    };
  }, []);
  const selectionUses: SelectionUses = {
    copy,
    openText: (row) => setTool({ open: "text", row }),
    openLink: (link) => setTool({ open: "link", link }),
  };
  const shortcut = (event: KeyboardEvent): void => {
    const selection = stage.current?.surface.selection;
    const key = event.key.toLowerCase();
    if (tool.open !== "nothing" || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    if (key === "c" && selection?.range && stage.current?.surface.focused) {
      copy(selection.text);
      selection.clear(); // so that the next Ctrl+C is the program's
    } else if (key === "f" && (event.metaKey || event.shiftKey)) setTool({ open: "search" });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const hasNeighbours = neighbourOf(surroundings.sessions, surroundings.sessionId, 1) !== null;
  return { tool, show: setTool, close, hasNeighbours, goToNeighbour, events, selectionUses, shortcut };
}

/** Follow the finger; with reduced motion, nothing moves. */
function slide(screen: HTMLElement | null, pixels: number): void {
  if (screen === null || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  screen.style.transform = pixels > 0 ? `translateX(${pixels}px)` : "";
}

/** Draw a frame that fades; with reduced motion it is there and gone. */
function flash(stage: Element | null): void {
  if (stage === null) return;
  const colour = getComputedStyle(stage).getPropertyValue("--accent");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  stage.animate(
    [
      { outline: `${BELL_OUTLINE} ${colour}`, outlineOffset: "-3px" },
      { outline: `${BELL_OUTLINE} ${calm ? colour : "transparent"}`, outlineOffset: "-3px" },
    ],
    { duration: BELL_MILLISECONDS, easing: "ease-in" },
  );
}
