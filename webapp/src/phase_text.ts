/** Says what a connection's phase means for the user: one sentence, and what to do. */
import { durationText, type Phase } from "./connection_state.ts";

export type PhaseAction = "retry" | "forget" | "pair";

export interface PhaseText {
  readonly tone: "quiet" | "warning" | "danger";
  readonly title: string;
  readonly hint: string;
  readonly actions: readonly PhaseAction[];
}

/** Return what to show about `phase`, or null while all is well or has just begun. */
export function phaseText(phase: Phase, machineName: string, nowSeconds: number): PhaseText | null {
  switch (phase.name) {
    case "online":
      return null;
    case "connecting":
      if (!phase.again) return null;
      return { tone: "warning", title: "Reconnecting", hint: "Asking the relay again.", actions: [] };
    case "phone_offline":
      return {
        tone: "warning",
        title: "This phone is offline",
        hint: "We continue where you were as soon as there is a network.",
        actions: [],
      };
    case "device_offline":
      return {
        tone: "warning",
        title: offlineTitle(machineName, phase.since, nowSeconds),
        hint: "We continue where you were when it is back.",
        actions: [],
      };
    case "waiting": {
      const seconds = Math.ceil(phase.retryAtSeconds - nowSeconds);
      const when = seconds > 0 ? ` in ${durationText(seconds)}` : "";
      return {
        tone: "warning",
        title: "Reconnecting",
        hint: `The relay did not answer. Next attempt${when}.`,
        actions: ["retry"],
      };
    }
    case "rate_limited":
      return {
        tone: "warning",
        title: "The relay asks for a pause",
        hint: `Too many connections in a short time. Next attempt in ${durationText(Math.max(1, phase.retryAtSeconds - nowSeconds))}.`,
        actions: [],
      };
    case "ended":
      return endedText(phase.reason, machineName);
  }
}

function endedText(reason: Extract<Phase, { name: "ended" }>["reason"], machineName: string): PhaseText {
  switch (reason) {
    case "revoked":
      return {
        tone: "danger",
        title: `This phone was removed from ${machineName}`,
        hint: "To use it again, run “loopsy mobile pair” on that machine.",
        actions: ["forget", "pair"],
      };
    case "unknown":
      return {
        tone: "danger",
        title: `The relay does not know this pairing with ${machineName}`,
        hint: "The machine was registered anew. Run “loopsy mobile pair” on it.",
        actions: ["forget", "pair"],
      };
    case "replaced":
      return {
        tone: "warning",
        title: "Opened elsewhere",
        hint: "A newer connection of this phone took over.",
        actions: ["retry"],
      };
    case "protocol":
      return {
        tone: "danger",
        title: "App and machine do not understand each other",
        hint: "Reload this page. If that does not help, update Loopsy on the machine and deploy the relay again.",
        actions: ["retry"],
      };
  }
}

function offlineTitle(machineName: string, since: number | null, nowSeconds: number): string {
  if (since === null) return `${machineName} is not connected`;
  return `${machineName} has been offline for ${durationText(nowSeconds - since)}`;
}
