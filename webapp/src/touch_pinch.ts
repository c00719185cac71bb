/** Two fingers on the terminal: a pinch changes the font's size, a swipe asks for the neighbouring session. */
import { decided, distance, neighbourFor, type Place, type TwoFingers } from "./two_fingers.ts";

export interface TwoFingerEvents {
  /** The size, in pixels, from which a pinch starts. */
  size(): number;
  /** The size that the fingers ask for. */
  pinched(pixels: number): void;
  pinchEnded(): void;
  swiped(places: -1 | 1): void;
}

/** Follow two fingers on `host`; returns how to stop. */
export function followTwoFingers(host: HTMLElement, events: TwoFingerEvents): () => void {
  let began: readonly [Place, Place] | null = null;
  let are: readonly [Place, Place] | null = null;
  let doing: TwoFingers = "undecided";
  let startSize = 0;

  const start = (event: TouchEvent): void => {
    if (doing === "pinch") events.pinchEnded();
    began = placesIn(event);
    are = began;
    doing = "undecided";
    startSize = events.size();
  };
  const move = (event: TouchEvent): void => {
    const places = placesIn(event);
    if (began === null || places === null) return;
    event.preventDefault(); // or the browser would enlarge the page
    are = places;
    if (doing === "undecided") doing = decided(began, are);
    if (doing === "pinch") events.pinched((startSize * distance(are)) / distance(began));
  };
  const end = (): void => {
    if (doing === "pinch") events.pinchEnded();
    const places = doing === "swipe" && began !== null && are !== null ? neighbourFor(began, are) : 0;
    began = null;
    doing = "undecided";
    if (places !== 0) events.swiped(places);
  };
  const cancel = (): void => {
    if (doing === "swipe") doing = "undecided"; // the system has taken it
    end();
  };

  const listeners = [
    ["touchstart", start, { passive: true }],
    ["touchmove", move, { passive: false }],
    ["touchend", end, { passive: true }],
    ["touchcancel", cancel, { passive: true }],
  ] as const;
  for (const [name, listener, options] of listeners) host.addEventListener(name, listener, options);
  return () => {
    for (const [name, listener] of listeners) host.removeEventListener(name, listener);
  };
}

function placesIn({ touches }: TouchEvent): readonly [Place, Place] | null {
  const [first, second] = [touches[0], touches[1]];
  if (touches.length !== 2 || first === undefined || second === undefined) return null;
  return [
    { x: first.clientX, y: first.clientY },
    { x: second.clientX, y: second.clientY },
  ];
}
