/** The rate-limit binding for plain workerd: calls per key in the present minute, kept in memory. */

const WINDOW_MILLISECONDS = 60_000;

interface InnerBindings {
  readonly limit: string;
}

/** Make the binding; a limit that is no number lets nobody in rather than everybody. */
export default function makeRateLimit({ limit }: InnerBindings): RateLimit {
  let window = 0;
  const callsByKey = new Map<string, number>();
  return {
    async limit({ key }) {
      const present = Math.floor(Date.now() / WINDOW_MILLISECONDS);
      if (present !== window) {
        window = present;
        callsByKey.clear();
      }
      const calls = (callsByKey.get(key) ?? 0) + 1;
      callsByKey.set(key, calls);
      return { success: calls <= Number(limit) };
    },
  };
}
