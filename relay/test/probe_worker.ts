/**
 * The relay's Worker with one address more, which says which instance of a device's object answers.
 *
 * Only tests are built with it: that an instance was evicted cannot be seen from outside, and what is
 * deployed has no way to ask.
 */

import { DeviceRelay as DeployedDeviceRelay } from "../src/device_relay.ts";
import { serve } from "../src/serve.ts";
import type { Env } from "../src/settings.ts";

export class DeviceRelay extends DeployedDeviceRelay {
  readonly #instance = crypto.randomUUID();

  override async fetch(request: Request): Promise<Response> {
    return new URL(request.url).pathname === "/instance" ? new Response(this.#instance) : super.fetch(request);
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const deviceId = /^\/probe\/([a-z2-7]+)$/.exec(new URL(request.url).pathname)?.[1];
    return deviceId === undefined
      ? serve(request, env)
      : env.DEVICE_RELAY.get(env.DEVICE_RELAY.idFromName(deviceId)).fetch("https://device/instance");
  },
} satisfies ExportedHandler<Env>;
