/** Asks the relay for its version. */

const TIMEOUT_MILLISECONDS = 5_000;

/** Return the version of the relay's package, or null if it does not say. */
export async function relayVersion(relayOrigin: string): Promise<string | null> {
  try {
    const answer = await fetch(`${relayOrigin}/health`, {
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const { version } = (await answer.json()) as { version?: unknown };
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}
