/** Which running session is beside another: in the order in which they were opened, round and round. */
import type { SessionInfo } from "./wire/messages.ts";

type Listed = Pick<SessionInfo, "id" | "alive" | "created_at">;

/** Return the session so many places further; null if there is no other one that runs. */
export function neighbourOf<Session extends Listed>(
  sessions: readonly Session[],
  id: string,
  places: number,
): Session | null {
  const row = sessions
    .filter((session) => session.alive || session.id === id)
    .sort((left, right) => left.created_at - right.created_at || (left.id < right.id ? -1 : 1));
  const at = row.findIndex((session) => session.id === id);
  if (at < 0 || row.length < 2) return null;
  return row[(((at + places) % row.length) + row.length) % row.length] ?? null;
}
