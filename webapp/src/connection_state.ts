/** What the app says about a machine's connection, decided from facts and the time alone. */
import { CLOSE_REPLACED, CLOSE_REVOKED, CLOSE_UNKNOWN } from "../../relay/src/wire/close_codes.ts";
import { durationText, say } from "./strings.ts";

/** Why there will be no further attempt without the user. */
export type EndReason = "revoked" | "unknown" | "replaced" | "protocol";

export type Phase =
  /** `again` after an attempt that failed. */
  | { readonly name: "connecting"; readonly again: boolean }
  | { readonly name: "online" }
  | { readonly name: "device_offline"; readonly since: number | null }
  | { readonly name: "phone_offline" }
  | { readonly name: "waiting"; readonly retryAtSeconds: number }
  | { readonly name: "rate_limited"; readonly retryAtSeconds: number }
  | { readonly name: "ended"; readonly reason: EndReason };

/** Whether nothing can be sent or received any more unless the user pairs or reloads. */
export function isOver(phase: Phase | undefined): boolean {
  return phase?.name === "ended" && phase.reason !== "replaced";
}

export type Health = "good" | "stale" | "none";

export interface ChipState {
  readonly health: Health;
  readonly text: string;
}

/** An answer older than this is shown with its age, in seconds. */
export const STALE_AFTER_SECONDS = 3;
/** Without an answer for this long nothing says connected, in seconds. */
export const SILENT_AFTER_SECONDS = 10;

export interface Answers {
  /** When the daemon last answered; null before the first answer on this channel. */
  readonly lastAnswerSeconds: number | null;
  readonly roundTripMilliseconds: number | null;
}

/** Return what the connection chip shows at `nowSeconds`. */
export function chipState(phase: Phase, answers: Answers, nowSeconds: number): ChipState {
  if (phase.name !== "online" || answers.lastAnswerSeconds === null) {
    return { health: "none", text: phaseWord(phase.name) };
  }
  const age = Math.max(0, nowSeconds - answers.lastAnswerSeconds);
  if (age >= SILENT_AFTER_SECONDS) return { health: "none", text: say("chip.no_answer") };
  if (age >= STALE_AFTER_SECONDS) {
    return { health: "stale", text: say("time.ago", { duration: durationText(age) }) };
  }
  const roundTrip = answers.roundTripMilliseconds;
  const text =
    roundTrip === null
      ? say("chip.now")
      : say("time.milliseconds", { number: Math.max(1, Math.round(roundTrip)) });
  return { health: "good", text };
}

function phaseWord(name: Phase["name"]): string {
  return say(name === "online" ? "chip.no_answer" : `chip.${name}`);
}

/** Return what a close code that calls for no further attempt means. */
export function endReason(code: number): EndReason {
  switch (code) {
    case CLOSE_REVOKED:
      return "revoked";
    case CLOSE_UNKNOWN:
      return "unknown";
    case CLOSE_REPLACED:
      return "replaced";
    default:
      return "protocol";
  }
}
