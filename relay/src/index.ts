/** The relay's Worker: the composition root, which wires the parts and does nothing else. */

import { serve } from "./serve.ts";
import type { Env } from "./settings.ts";

export { DeviceRelay } from "./device_relay.ts";

export default {
  fetch: serve,
} satisfies ExportedHandler<Env>;
