/** Says what a connection's phase means for the user: one sentence, and what to do. */
import type { Phase } from "./connection_state.ts";
import { durationText, say } from "./strings.ts";

export type PhaseAction = "retry" | "forget" | "pair";

export interface PhaseText {
  readonly tone: "quiet" | "warning" | "danger";
  readonly title: string;
  readonly hint: string;
  readonly actions: readonly PhaseAction[];
}

/** Return what to show about `phase`, or null while all is well or has just begun. */
export function phaseText(phase: Phase, machineName: string, nowSeconds: number): PhaseText | null {
  const warning = { tone: "warning", actions: [] } as const;
  switch (phase.name) {
    case "online":
      return null;
    case "connecting":
      if (!phase.again) return null;
      return { ...warning, title: say("phase.reconnecting"), hint: say("phase.connecting.hint") };
    case "phone_offline":
      return { ...warning, title: say("phase.phone_offline"), hint: say("phase.phone_offline.hint") };
    case "device_offline":
      return {
        ...warning,
        title: offlineTitle(machineName, phase.since, nowSeconds),
        hint: say("phase.device_offline.hint"),
      };
    case "waiting": {
      const seconds = Math.ceil(phase.retryAtSeconds - nowSeconds);
      const hint =
        seconds > 0
          ? say("phase.waiting.hint", { duration: durationText(seconds) })
          : say("phase.waiting.hint_now");
      return { ...warning, title: say("phase.reconnecting"), hint, actions: ["retry"] };
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
        actions: ["retry"],
      };
  }
}

function offlineTitle(machine: string, since: number | null, nowSeconds: number): string {
  if (since === null) return say("phase.device_offline", { machine });
  return say("phase.device_offline.since", { machine, duration: durationText(nowSeconds - since) });
}
