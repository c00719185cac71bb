/** What becomes of a dictation: pure steps from what the user and the browser's recogniser do to text and commands. */

/** Why a dictation ended that nobody ended. */
export type VoiceFailure = "denied" | "no_microphone" | "no_network" | "language" | "failed";

/** `heard` is provisional: the recogniser may yet hear it otherwise. */
export interface VoiceState {
  readonly phase: "off" | "starting" | "listening" | "stopping";
  readonly heard: string;
  readonly failure: VoiceFailure | null;
}

export type VoiceEvent =
  | { readonly type: "toggled" }
  | { readonly type: "started" }
  | { readonly type: "heard"; readonly text: string }
  | { readonly type: "silent" }
  | { readonly type: "failed"; readonly code: string }
  | { readonly type: "ended" };

export interface VoiceStep {
  readonly state: VoiceState;
  /** What is final now and belongs into the text. */
  readonly text: string;
  readonly command: "start" | "stop" | null;
}

export const SILENT: VoiceState = { phase: "off", heard: "", failure: null };

/** The codes of the Web Speech API; who stops or says nothing has not failed. */
const FAILURES: ReadonlyMap<string, VoiceFailure | null> = new Map([
  ["aborted", null],
  ["no-speech", null],
  ["not-allowed", "denied"],
  ["service-not-allowed", "denied"],
  ["audio-capture", "no_microphone"],
  ["network", "no_network"],
  ["language-not-supported", "language"],
]);

/**
 * Take one step. The recogniser listens to one sentence at a time and is started again after each; a sentence is
 * final when it ends, and not before, since some browsers call the same words final several times.
 */
export function voiceStep(state: VoiceState, event: VoiceEvent): VoiceStep {
  switch (event.type) {
    case "toggled":
      if (state.phase === "off")
        return { state: { phase: "starting", heard: "", failure: null }, text: "", command: "start" };
      return stopping(state);
    case "started":
      return same(state.phase === "starting" ? { ...state, phase: "listening" } : state);
    case "heard":
      return same(state.phase === "off" ? state : { ...state, heard: event.text });
    case "silent":
      return stopping(state);
    case "failed": {
      const failure = FAILURES.get(event.code);
      return same(
        state.phase === "off"
          ? state
          : { ...state, phase: "stopping", failure: failure === undefined ? "failed" : failure },
      );
    }
    case "ended": {
      const goesOn = state.phase === "listening" && state.heard !== "";
      return {
        state: { ...state, phase: goesOn ? "starting" : "off", heard: "" },
        text: state.heard,
        command: goesOn ? "start" : null,
      };
    }
  }
}

function stopping(state: VoiceState): VoiceStep {
  if (state.phase === "off" || state.phase === "stopping") return same(state);
  return { state: { ...state, phase: "stopping" }, text: "", command: "stop" };
}

function same(state: VoiceState): VoiceStep {
  return { state, text: "", command: null };
}
