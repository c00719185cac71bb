/** The app's icons: one weight, drawn on a grid of 24. */
import type { JSX } from "preact";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  more: "M6 11.200a.800.800 0 1 0 .010 0M12 11.200a.800.800 0 1 0 .010 0M18 11.200a.800.800 0 1 0 .010 0",
  settings:
    "M4 7h8M16 7h4M4 17h4M12 17h8M14 9.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400M10 19.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400",
  terminal: "M5 7l5 5-5 5M12.5 17H19",
  laptop: "M5 6.5A1.5 1.5 0 0 1 6.5 5h11A1.5 1.5 0 0 1 19 6.5V16H5zM2.5 19h19",
  keyboard:
    "M3 7.5A1.5 1.5 0 0 1 4.5 6h15A1.5 1.5 0 0 1 21 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16.5zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M7 14h10",
  keyboardHide:
    "M3 5.5A1.5 1.5 0 0 1 4.5 4h15A1.5 1.5 0 0 1 21 5.5v7a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 12.5zM7 7.5h.01M11 7.5h.01M15 7.5h.01M8 10.5h8M9.5 18l2.5 2.5 2.5-2.5",
  send: "M12 19V5M6 11l6-6 6 6",
  text: "M5 6h14M5 10h14M5 14h14M5 18h8",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  up: "M12 18V6M7 11l5-5 5 5",
  down: "M12 6v12M7 13l5 5 5-5",
  left: "M18 12H6M11 7l-5 5 5 5",
  right: "M6 12h12M13 7l5 5-5 5",
  alert: "M12 4l9 16H3zM12 10v4.5M12 17.2h.01",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 22 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
