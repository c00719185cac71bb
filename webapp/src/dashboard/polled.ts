/** What is asked of the daemon again and again for as long as it is looked at. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { DashboardFailure } from "./api.ts";

const EVERY_SECONDS = 5;

export interface Polled<Value> {
  /** The last answer, or null before the first. */
  readonly value: Value | null;
  /** Why there is no newer one, or null. */
  readonly problem: string | null;
  reload(): void;
}

/** Ask now, every few seconds while the page is visible, and whenever `subject` changes. */
export function usePolled<Value>(load: () => Promise<Value>, subject: string): Polled<Value> {
  const [value, setValue] = useState<Value | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);
  const latest = useRef(load);
  latest.current = load;
  const reload = useCallback(() => {
    const question = ++asked.current;
    latest.current().then(
      (answer) => {
        if (question !== asked.current) return; // a later question was asked
        setValue(answer);
        setProblem(null);
      },
      (error: unknown) => {
        if (question === asked.current) setProblem(problemText(error));
      },
    );
  }, []);
  useEffect(() => {
    reload();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, EVERY_SECONDS * 1_000);
    return () => {
      clearInterval(timer);
      asked.current += 1; // nobody waits for the answer any more
    };
  }, [subject]);
  return { value, problem, reload };
}

/** Do something and return why that failed, or null. */
export async function attempt(action: () => Promise<unknown>): Promise<string | null> {
  try {
    await action();
    return null;
  } catch (error) {
    return problemText(error);
  }
}

function problemText(error: unknown): string {
  if (!(error instanceof DashboardFailure)) throw error;
  return error.message;
}
