/** Tells what two fingers do: apart or together is a pinch, both to one side is a swipe. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

export type TwoFingers = "undecided" | "pinch" | "swipe";

/** So far the fingers have to move until it is clear what they do. */
const SLOP_PIXELS = 14;
/** So far both have to go to one side. */
const SWIPE_PIXELS = 60;

export function distance([first, second]: readonly [Place, Place]): number {
  return Math.hypot(second.x - first.x, second.y - first.y);
}

/** Return what the fingers have been doing from where they began to where they are. */
export function decided(began: readonly [Place, Place], are: readonly [Place, Place]): TwoFingers {
  const apart = Math.abs(distance(are) - distance(began));
  const across = Math.abs(swipedBy(began, are));
  if (apart >= SLOP_PIXELS && apart > across) return "pinch";
  return across >= SLOP_PIXELS && across > apart ? "swipe" : "undecided";
}

/** Return which neighbour a swipe asks for: the next one when fingers go to the left, as on paper; 0 for too short. */
export function neighbourFor(began: readonly [Place, Place], are: readonly [Place, Place]): -1 | 0 | 1 {
  const across = swipedBy(began, are);
  if (Math.abs(across) < SWIPE_PIXELS) return 0;
  return across < 0 ? 1 : -1;
}

/** Return how far both fingers have gone to the right; 0 if they did not go together, or rather up or down. */
function swipedBy(began: readonly [Place, Place], are: readonly [Place, Place]): number {
  const [first, second] = [are[0].x - began[0].x, are[1].x - began[1].x];
  const along = Math.max(Math.abs(are[0].y - began[0].y), Math.abs(are[1].y - began[1].y));
  if (Math.sign(first) !== Math.sign(second)) return 0;
  const across = Math.abs(first) < Math.abs(second) ? first : second;
  return Math.abs(across) > along ? across : 0;
}
