/** The machine whose dashboard this is, in the form in which the app knows paired ones; it needs no keys. */
import type { Machine } from "../machine.ts";
import { EMPTY } from "../wire/bytes.ts";
import { generateKeyPair } from "../wire/noise.ts";
import type { LoggedIn } from "./values.ts";

export const THIS_MACHINE = "this-machine";

/** Return it. */
export async function thisMachine({ name }: LoggedIn): Promise<Machine> {
  const now = Date.now() / 1_000;
  return {
    deviceId: THIS_MACHINE,
    phoneId: "",
    phoneSecret: "",
    deviceKey: EMPTY,
    staticKeys: await generateKeyPair(),
    name,
    label: "",
    pairedAt: now,
    lastSeenAt: now,
  };
}
