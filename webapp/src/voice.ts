/** One dictation at a time: runs the browser's recogniser by the steps of `voice_state`. */
import { withSigns } from "./voice_punctuation.ts";
import { type Recogniser, type RecogniserMaker, transcript } from "./voice_recogniser.ts";
import { SILENT, type VoiceEvent, type VoiceState, voiceStep } from "./voice_state.ts";

/** Most recognisers notice silence themselves, and sooner. */
const SILENCE_SECONDS = 8;

export interface VoiceUses {
  readonly changed: (state: VoiceState) => void;
  /** A sentence was heard to its end. */
  readonly dictated: (text: string, language: string) => void;
}

export class Voice {
  readonly #makeRecogniser: RecogniserMaker;
  readonly #uses: VoiceUses;
  #state = SILENT;
  #language = "en-US";
  #recogniser: Recogniser | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(makeRecogniser: RecogniserMaker, uses: VoiceUses) {
    this.#makeRecogniser = makeRecogniser;
    this.#uses = uses;
  }

  /** Begin to listen in this language, or stop. */
  toggle(language: string): void {
    if (this.#state.phase === "off") this.#language = language;
    this.#take({ type: "toggled" });
  }

  /** Stop at once; what was heard and is not final is dropped. */
  dispose(): void {
    clearTimeout(this.#silence);
    const recogniser = this.#recogniser;
    this.#leave();
    recogniser?.abort();
    this.#state = SILENT;
  }

  #take(event: VoiceEvent): void {
    const { state, text, command } = voiceStep(this.#state, event);
    this.#state = state;
    this.#uses.changed({ ...state, heard: withSigns(state.heard, this.#language) });
    if (text !== "") this.#uses.dictated(withSigns(text, this.#language), this.#language);
    if (command === "start") this.#start();
    if (command === "stop") this.#recogniser?.stop();
  }

  #start(): void {
    this.#leave();
    const recogniser = new this.#makeRecogniser();
    recogniser.lang = this.#language;
    recogniser.continuous = false;
    recogniser.interimResults = true;
    recogniser.onstart = () => {
      this.#awaitWords();
      this.#take({ type: "started" });
    };
    recogniser.onresult = (event) => {
      this.#awaitWords();
      this.#take({ type: "heard", text: transcript(event) });
    };
    recogniser.onerror = (event) => this.#take({ type: "failed", code: event.error ?? "" });
    recogniser.onend = () => {
      clearTimeout(this.#silence);
      this.#take({ type: "ended" });
    };
    this.#recogniser = recogniser;
    try {
      recogniser.start();
    } catch {
      this.#take({ type: "failed", code: "" }); // another page of this browser listens already
      this.#take({ type: "ended" });
    }
  }

  #awaitWords(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#take({ type: "silent" }), SILENCE_SECONDS * 1_000);
  }

  /** Hear no more of the last recogniser. */
  #leave(): void {
    const recogniser = this.#recogniser;
    this.#recogniser = null;
    if (recogniser === null) return;
    recogniser.onstart = null;
    recogniser.onresult = null;
    recogniser.onerror = null;
    recogniser.onend = null;
  }
}
