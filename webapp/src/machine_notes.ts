/** What this phone remembers about a machine beside the pairing: what it has seen there, what it opened last. */
import type { SessionInfo } from "./wire/messages.ts";

export interface MachineNotes {
  /** How far this phone has looked into each session's output, as offsets under the sessions' ids. */
  readonly looked: Readonly<Record<string, number>>;
  /** What was opened last: an agent's id or a saved command's. */
  readonly agent: string;
  /** Where; null for home. */
  readonly directory: string | null;
}

export const NO_NOTES: MachineNotes = { looked: {}, agent: "shell", directory: null };

/** Whether a session has printed something since this phone looked at it, or since it first heard of it. */
export function isUnread(session: SessionInfo, notes: MachineNotes): boolean {
  const seen = notes.looked[session.id];
  return seen !== undefined && session.output > seen;
}

/** Whether a session has rung the bell since then. */
export function hasRung(session: SessionInfo, notes: MachineNotes): boolean {
  const seen = notes.looked[session.id];
  return seen !== undefined && session.bell !== null && session.bell > seen;
}

/** Note how far a session was looked at; it never goes back. */
export function withLooked(notes: MachineNotes, sessionId: string, offset: number): MachineNotes {
  const before = notes.looked[sessionId];
  if (before !== undefined && before >= offset) return notes;
  return { ...notes, looked: { ...notes.looked, [sessionId]: offset } };
}

/** Forget sessions that are gone; of one that is new nothing counts as unread yet. */
export function notesAfterList(notes: MachineNotes, sessions: readonly SessionInfo[]): MachineNotes {
  const { looked } = notes;
  const isSame =
    sessions.length === Object.keys(looked).length && sessions.every(({ id }) => looked[id] !== undefined);
  if (isSame) return notes;
  return {
    ...notes,
    looked: Object.fromEntries(sessions.map(({ id, output }) => [id, looked[id] ?? output])),
  };
}

/** Read what was kept; anything that is no such thing is forgotten. */
export function notesFrom(kept: string | undefined): MachineNotes {
  let found: unknown;
  try {
    found = JSON.parse(kept ?? "{}");
  } catch {
    return NO_NOTES;
  }
  if (typeof found !== "object" || found === null) return NO_NOTES;
  const { looked, agent, directory } = found as Record<string, unknown>;
  return {
    looked: offsetsFrom(looked),
    agent: typeof agent === "string" ? agent : NO_NOTES.agent,
    directory: typeof directory === "string" ? directory : null,
  };
}

function offsetsFrom(kept: unknown): Readonly<Record<string, number>> {
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
  );
}
