/** The rate-limit binding: calls per key in the present period, kept in memory. */

export default function makeRateLimit({ simple }) {
  const { limit, period } = JSON.parse(simple);
  let present = 0;
  const calls = new Map();
  return {
    async limit({ key }) {
      const now = Math.floor(Date.now() / (period * 1000));
      if (now !== present) {
        present = now;
        calls.clear();
      }
      calls.set(key, (calls.get(key) ?? 0) + 1);
      return { success: calls.get(key) <= limit };
    },
  };
}
