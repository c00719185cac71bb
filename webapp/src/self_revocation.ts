/** Takes this phone's access away at the relay, with this phone's own secret. */
import type { Machine } from "./machine.ts";

const TIMEOUT_MILLISECONDS = 10_000;

/** Delete this phone at the relay; false if it could not be asked. A phone that it does not know is gone already. */
export async function revokeSelf(relayOrigin: string, machine: Machine): Promise<boolean> {
  const { deviceId, phoneId, phoneSecret } = machine;
  try {
    const answer = await fetch(`${relayOrigin}/v1/devices/${deviceId}/phones/${phoneId}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${phoneSecret}` },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return answer.ok || answer.status === 401;
  } catch {
    return false;
  }
}
