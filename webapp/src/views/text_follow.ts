/** Keeps a snapshot of a terminal's text up to date, at most so often, and not under a selection. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TerminalSurface } from "../terminal.ts";
import { nextSnapshot, type TextSnapshot } from "../text_snapshot.ts";

const REFRESH_MILLISECONDS = 200;

/** `refreshing` is called before another snapshot is shown. */
export function useSnapshot(surface: TerminalSurface, refreshing: () => void): TextSnapshot {
  const [snapshot, setSnapshot] = useState<TextSnapshot>(() => ({ lines: surface.lines(), firstNumber: 0 }));
  const latest = useRef(snapshot);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let before = surface.lastRow;
    let followed = surface.followRow(before);
    const refresh = (): void => {
      timer = undefined;
      if (!(getSelection()?.isCollapsed ?? true)) return;
      refreshing();
      latest.current = nextSnapshot(latest.current, surface.lines(), before, followed.row);
      followed.dispose();
      before = surface.lastRow;
      followed = surface.followRow(before);
      setSnapshot(latest.current);
    };
    const stop = surface.onChange(() => {
      timer ??= setTimeout(refresh, REFRESH_MILLISECONDS);
    });
    refresh(); // what changed since the first snapshot was taken
    return () => {
      stop();
      clearTimeout(timer);
      followed.dispose();
    };
  }, [surface]);
  return snapshot;
}
