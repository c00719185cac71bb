/** The bell: told at most so often, however often a program rings it, and heard where the user wants that. */

const REST_SECONDS = 0.5;
const TONE_HERTZ = 660;
const TONE_SECONDS = 0.12;
const TONE_VOLUME = 0.08;

/** Return a function that rings, and does nothing when it is called again within half a second. */
export function restedBell(ring: () => void, nowSeconds: () => number): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = nowSeconds();
    if (now - last < REST_SECONDS) return;
    last = now;
    ring();
  };
}

let context: AudioContext | null = null;

/** Sound the bell; nothing is heard where the browser plays no sound before a touch. */
export function soundBell(): void {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  const [now, end] = [context.currentTime, context.currentTime + TONE_SECONDS];
  tone.frequency.value = TONE_HERTZ;
  volume.gain.setValueAtTime(TONE_VOLUME, now);
  volume.gain.exponentialRampToValueAtTime(0.0001, end); // no click at the end
  tone.connect(volume).connect(context.destination);
  tone.start(now);
  tone.stop(end);
}
