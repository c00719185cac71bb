/** Says what a connection's phase means for the user: one sentence, and what to do. */
import type { Phase } from "./connection_state.ts";
import { nextDay } from "./relay_quota.ts";
import { durationText, say, timeText } from "./strings.ts";

export type PhaseAction = "retry" | "forget" | "pair" | "reload";

export interface PhaseText {
  readonly tone: "quiet" | "warning" | "danger";
  readonly title: string;
  readonly hint: string;
  readonly actions: readonly PhaseAction[];
}

/**
 * Return what to show about `phase`, or null while all is well or has just begun. `usedUp` says that the relay has no
 * requests left today. Attempts and the pauses between them have as much to say, so that nothing below jumps.
 */
export function phaseText(
  phase: Phase,
  machineName: string,
  nowSeconds: number,
  usedUp = false,
): PhaseText | null {
  const warning = { tone: "warning", actions: [] } as const;
  switch (phase.name) {
    case "online":
      return null;
    case "connecting":
      if (!phase.again) return null;
      return usedUp ? usedUpText(nowSeconds) : retryText(say("phase.connecting.hint"));
    case "phone_offline":
      return { ...warning, title: say("phase.phone_offline"), hint: say("phase.phone_offline.hint") };
    case "device_offline":
      return {
        ...warning,
        title: offlineTitle(machineName, phase.since, nowSeconds),
        hint: say("phase.device_offline.hint"),
      };
    case "waiting": {
      if (usedUp) return usedUpText(nowSeconds);
      const seconds = Math.ceil(phase.retryAtSeconds - nowSeconds);
      return retryText(
        seconds > 0
          ? say("phase.waiting.hint", { duration: durationText(seconds) })
          : say("phase.connecting.hint"),
      );
    }
    case "rate_limited": {
      const duration = durationText(Math.max(1, phase.retryAtSeconds - nowSeconds));
      return {
        ...warning,
        title: say("phase.rate_limited"),
        hint: say("phase.rate_limited.hint", { duration }),
      };
    }
    case "ended":
      return endedText(phase.reason, machineName);
  }
}

function retryText(hint: string): PhaseText {
  return { tone: "warning", title: say("phase.reconnecting"), hint, actions: ["retry"] };
}

function usedUpText(nowSeconds: number): PhaseText {
  const hint = say("phase.used_up.hint", { time: timeText(nextDay(nowSeconds)) });
  return { tone: "warning", title: say("phase.used_up"), hint, actions: ["retry"] };
}

function endedText(reason: Extract<Phase, { name: "ended" }>["reason"], machine: string): PhaseText {
  switch (reason) {
    case "revoked":
      return {
        tone: "danger",
        title: say("phase.revoked", { machine }),
        hint: say("phase.revoked.hint"),
        actions: ["forget", "pair"],
      };
    case "unknown":
      return {
        tone: "danger",
        title: say("phase.unknown", { machine }),
        hint: say("phase.unknown.hint"),
        actions: ["forget", "pair"],
      };
    case "replaced":
      return {
        tone: "warning",
        title: say("phase.replaced"),
        hint: say("phase.replaced.hint"),
        actions: ["retry"],
      };
    case "protocol":
      return {
        tone: "danger",
        title: say("phase.protocol"),
        hint: say("phase.protocol.hint"),
        actions: ["reload"],
      };
  }
}

function offlineTitle(machine: string, since: number | null, nowSeconds: number): string {
  if (since === null) return say("phase.device_offline", { machine });
  return say("phase.device_offline.since", { machine, duration: durationText(nowSeconds - since) });
}
