/** Judges how long the daemon has owed an answer: no clock and no socket in here. */

export type Verdict = "wait" | "probe" | "give_up";

/** The relay is asked as well: if it does not answer either, the link is dead. */
const PROBE_AFTER_SECONDS = 4;
/** The relay may be fine and the daemon stuck: a fresh channel is the only cure that the app has. */
const GIVE_UP_AFTER_SECONDS = 15;

export class Silence {
  /** When the first ping was sent that is not answered yet. */
  #sinceSeconds: number | null = null;

  /** A ping is sent now; say what its predecessors' fate calls for. */
  asked(nowSeconds: number): Verdict {
    this.#sinceSeconds ??= nowSeconds;
    const seconds = nowSeconds - this.#sinceSeconds;
    if (seconds >= GIVE_UP_AFTER_SECONDS) return "give_up";
    return seconds >= PROBE_AFTER_SECONDS ? "probe" : "wait";
  }

  /** An answer came, or nothing was asked for a while: nothing is overdue. */
  broken(): void {
    this.#sinceSeconds = null;
  }
}
