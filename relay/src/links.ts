/** WebSocket requests: what is checked before a device's object accepts one. */

import { limit, objectOf } from "./api.ts";
import { digestOf, linkOfferOf } from "./auth.ts";
import { makeLinkRequest } from "./link_request.ts";
import { type Failure, Refusal } from "./reasons.ts";
import { refusedLinkResponse } from "./responses.ts";
import { keysOf } from "./settings.ts";
import { isOwnDeviceId } from "./tokens.ts";
import type { Visit } from "./visit.ts";
import { parsePhoneId } from "./wire/identifiers.ts";

/** Connect the device (`phoneId` null) or one of its phones. */
export async function connectLink(visit: Visit, deviceId: string, phoneId: string | null): Promise<Response> {
  const { request, env, address } = visit;
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Refusal({ kind: "upgrade_required" });
  }
  const { speaksProtocol, secret } = linkOfferOf(request.headers.get("sec-websocket-protocol"));
  if (!speaksProtocol) {
    throw new Refusal({ kind: "bad_request", detail: "The WebSocket does not offer the protocol loopsy.v1." });
  }
  try {
    await limit(env.LINK_LIMIT, `${address} ${deviceId}`);
    const isOwn = await isOwnDeviceId(keysOf(env, "DEVICE_ID_KEY"), deviceId);
    if (!isOwn || (phoneId !== null && parsePhoneId(phoneId) === null)) {
      throw new Refusal({ kind: "device_unknown" });
    }
    if (secret === null) {
      throw new Refusal({ kind: "bearer_missing" });
    }
    const response = await objectOf(env, deviceId).fetch(makeLinkRequest({ phoneId, digest: await digestOf(secret) }));
    if (response.status === 101) {
      return response;
    }
    throw new Refusal(await response.json<Failure>());
  } catch (error) {
    if (error instanceof Refusal) {
      return refusedLinkResponse(error.failure);
    }
    throw error;
  }
}
