/** How sessions are listed: in which order, under which name, with which age or end. */
import { type AppState, notesOf } from "./app.ts";
import { hasRung } from "./machine_notes.ts";
import { durationText, say } from "./strings.ts";
import type { SessionInfo } from "./wire/messages.ts";

/** Sessions that were active within the same minute keep their places, so that no card moves under a finger. */
const SAME_ACTIVITY_SECONDS = 60;

/** Return the ids of a machine's sessions that rang the bell while they were not on this screen. */
export function rangUnseen(state: AppState, deviceId: string): ReadonlySet<string> {
  const { route } = state;
  const notes = notesOf(state, deviceId);
  const shown = route.screen === "terminal" ? route.sessionId : null;
  const sessions = state.connections[deviceId]?.sessions ?? [];
  return new Set(
    sessions.filter((session) => session.id !== shown && hasRung(session, notes)).map(({ id }) => id),
  );
}

export interface ListedSessions {
  /** Those of the running ones that want to be looked at. */
  readonly rang: readonly SessionInfo[];
  readonly running: readonly SessionInfo[];
  readonly ended: readonly SessionInfo[];
}

/** Return the sessions with the latest activity first, and the newest first among equals. */
export function listed(
  sessions: readonly SessionInfo[],
  rang: ReadonlySet<string>,
  nowSeconds: number,
): ListedSessions {
  const quietMinutes = ({ active_at }: SessionInfo): number =>
    Math.max(0, Math.floor((nowSeconds - active_at) / SAME_ACTIVITY_SECONDS));
  const ordered = [...sessions].sort(
    (left, right) => quietMinutes(left) - quietMinutes(right) || right.created_at - left.created_at,
  );
  const running = ordered.filter(({ alive }) => alive);
  return {
    rang: running.filter(({ id }) => rang.has(id)),
    running: running.filter(({ id }) => !rang.has(id)),
    ended: ordered.filter(({ alive }) => !alive),
  };
}

/** Return the sessions in whose name, title, directory or last line each of the words is, in any case. */
export function matching(sessions: readonly SessionInfo[], wanted: string): readonly SessionInfo[] {
  const words = wanted.toLowerCase().split(/\s+/);
  return sessions.filter(({ name, title, cwd, preview, agent }) => {
    const text = [name, title, cwd, preview, agent].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
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
