/** Asks whether the relay has any requests of its day left. */

const TIMEOUT_MILLISECONDS = 5_000;
/** Cloudflare's answer for a Worker whose plan has no requests left until midnight UTC. */
const TOO_MANY_REQUESTS = 429;
const DAY_SECONDS = 86_400;

/** Whether the relay's platform refuses requests; false where nothing answers at all. */
export async function isUsedUp(relayOrigin: string): Promise<boolean> {
  try {
    const { status } = await fetch(`${relayOrigin}/health`, {
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return status === TOO_MANY_REQUESTS;
  } catch {
    return false;
  }
}

/** Return when the next day begins in UTC, in seconds since 1970. */
export function nextDay(nowSeconds: number): number {
  return (Math.floor(nowSeconds / DAY_SECONDS) + 1) * DAY_SECONDS;
}
