/** Two fingers on the terminal: apart makes its font larger, together smaller. */

export interface PinchEvents {
  /** The size, in pixels, from which a pinch starts. */
  size(): number;
  /** The size that the fingers ask for. */
  pinched(pixels: number): void;
  ended(): void;
}

/** Follow pinches on `host`; returns how to stop. */
export function followPinch(host: HTMLElement, events: PinchEvents): () => void {
  let startDistance = 0;
  let startSize = 0;

  const start = (event: TouchEvent): void => {
    startDistance = distanceIn(event);
    startSize = events.size();
  };
  const move = (event: TouchEvent): void => {
    const distance = distanceIn(event);
    if (startDistance === 0 || distance === 0) return;
    event.preventDefault(); // or the browser would enlarge the page
    events.pinched((startSize * distance) / startDistance);
  };
  const end = (): void => {
    if (startDistance > 0) events.ended();
    startDistance = 0;
  };

  const listeners = [
    ["touchstart", start, { passive: true }],
    ["touchmove", move, { passive: false }],
    ["touchend", end, { passive: true }],
    ["touchcancel", end, { passive: true }],
  ] as const;
  for (const [name, listener, options] of listeners) host.addEventListener(name, listener, options);
  return () => {
    for (const [name, listener] of listeners) host.removeEventListener(name, listener);
  };
}

/** Return how far two fingers are apart, or 0 for any other number of them. */
function distanceIn({ touches }: TouchEvent): number {
  const [first, second] = [touches[0], touches[1]];
  if (touches.length !== 2 || first === undefined || second === undefined) return 0;
  return Math.hypot(second.clientX - first.clientX, second.clientY - first.clientY);
}
