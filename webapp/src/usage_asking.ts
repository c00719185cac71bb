/** Asks a machine what it has used of the relay today. */
import { ask } from "./asking.ts";
import type { MachineConnection } from "./connection.ts";
import type { Usage } from "./wire/usage.ts";

/** A machine with an older Loopsy ignores the question. */
const ANSWER_MILLISECONDS = 5_000;

/** Return its answer, or null if there is none. */
export function usageOf(connection: MachineConnection | undefined): Promise<Usage | null> {
  const tooLate = new Promise<null>((resolve) => setTimeout(() => resolve(null), ANSWER_MILLISECONDS));
  const told = ask(connection, { type: "usage" }).then(
    (answer) => (answer.type === "usage" ? answer : null),
    () => null,
  );
  return Promise.race([told, tooLate]);
}
