/** What the app keeps about a paired machine. */
import type { LinkAddress } from "./link.ts";
import type { Bytes } from "./wire/bytes.ts";
import { Initiator, prologue } from "./wire/channel.ts";
import { generateKeyPair, type KeyPair } from "./wire/noise.ts";

/** Kept in IndexedDB; the private key cannot be read, not even by the app. Times in seconds since 1970. */
export interface Machine {
  readonly deviceId: string;
  readonly phoneId: string;
  readonly phoneSecret: string;
  readonly deviceKey: Bytes;
  readonly staticKeys: KeyPair;
  /** How the machine calls itself. */
  readonly name: string;
  /** How this phone is called there. */
  readonly label: string;
  readonly pairedAt: number;
  readonly lastSeenAt: number;
}

export type Credentials = Pick<Machine, "deviceId" | "phoneId" | "phoneSecret" | "deviceKey" | "staticKeys">;

export function linkAddress(relayOrigin: string, credentials: Credentials): LinkAddress {
  const { deviceId, phoneId, phoneSecret } = credentials;
  return { relayOrigin, deviceId, phoneId, phoneSecret };
}

/** Begin a handshake with the machine; with a psk it pairs. */
export async function startHandshake(
  credentials: Credentials,
  label: string,
  psk?: Bytes,
): Promise<Initiator> {
  return Initiator.start({
    prologue: prologue(credentials.deviceId, credentials.phoneId),
    staticKeys: credentials.staticKeys,
    ephemeralKeys: await generateKeyPair(),
    deviceKey: credentials.deviceKey,
    label,
    ...(psk === undefined ? {} : { psk }),
  });
}
