/** How sessions are listed: in which order, under which name, with which age or end. */
import { durationText, say } from "./strings.ts";
import type { SessionInfo } from "./wire/messages.ts";

/** Sessions that were active within the same minute keep their places, so that no card moves under a finger. */
const SAME_ACTIVITY_SECONDS = 60;

export interface ListedSessions {
  readonly running: readonly SessionInfo[];
  readonly ended: readonly SessionInfo[];
}

/** Return the sessions with the latest activity first, and the newest first among equals. */
export function listed(sessions: readonly SessionInfo[], nowSeconds: number): ListedSessions {
  const quietMinutes = ({ active_at }: SessionInfo): number =>
    Math.max(0, Math.floor((nowSeconds - active_at) / SAME_ACTIVITY_SECONDS));
  const ordered = [...sessions].sort(
    (left, right) => quietMinutes(left) - quietMinutes(right) || right.created_at - left.created_at,
  );
  return { running: ordered.filter(({ alive }) => alive), ended: ordered.filter(({ alive }) => !alive) };
}

export function sessionName({ name, title, agent }: SessionInfo): string {
  return name || title || agent;
}

/** Return how long ago a session was active. */
export function activityText(session: SessionInfo, nowSeconds: number): string {
  const seconds = nowSeconds - session.active_at;
  return seconds < 5 ? say("time.now") : durationText(seconds);
}

/** Return who had a session started, or null if a person did. */
export function starterText({ started_by: machine }: SessionInfo): string | null {
  if (machine === null) return null;
  return machine === "local" ? say("session.starter_tool") : say("session.starter", { machine });
}

/** Return how a session ended, such as "exit 1" or "SIGTERM". */
export function endText({ code, signal }: SessionInfo): string {
  if (signal !== null) return signalName(signal);
  return code === null ? say("session.ended") : say("session.exit", { code: String(code) });
}

export function signalName(signal: string): string {
  return signal.startsWith("SIG") ? signal : `SIG${signal}`;
}
