/** The browser's recogniser of speech: as much of the Web Speech API as dictation needs. */

interface Alternative {
  readonly transcript: string;
}

export interface RecogniserEvent extends Event {
  /** Of `error` events. */
  readonly error?: string;
  /** Of `result` events: what was heard so far, piece by piece, each with its likeliest reading first. */
  readonly results?: ArrayLike<ArrayLike<Alternative>>;
}

export interface Recogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onstart: (() => void) | null;
  onresult: ((event: RecogniserEvent) => void) | null;
  onerror: ((event: RecogniserEvent) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}

export type RecogniserMaker = new () => Recogniser;

/** Return the maker of recognisers, under whichever of its names the browser has it; null if it has none. */
export function recogniserMaker(): RecogniserMaker | null {
  const names = globalThis as {
    SpeechRecognition?: RecogniserMaker;
    webkitSpeechRecognition?: RecogniserMaker;
  };
  return names.SpeechRecognition ?? names.webkitSpeechRecognition ?? null;
}

/** Return what an event's pieces say together. */
export function transcript({ results }: RecogniserEvent): string {
  return Array.from(results ?? [], (piece) => piece[0]?.transcript ?? "").join("");
}
