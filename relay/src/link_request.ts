/** How the Worker asks a device's object for a WebSocket: who connects, and the digest of the secret, never the secret. */

import { decodeBase64url, encodeBase64url, SECRET_BYTES } from "./wire/identifiers.ts";

const PHONE_HEADER = "loopsy-phone";
const DIGEST_HEADER = "loopsy-digest";

/** Who connects: a phone, or the device itself where `phoneId` is null. */
export interface LinkRequest {
  readonly phoneId: string | null;
  readonly digest: Uint8Array;
}

/** Write the request. */
export function makeLinkRequest({ phoneId, digest }: LinkRequest): Request {
  const headers = new Headers({ upgrade: "websocket", [DIGEST_HEADER]: encodeBase64url(digest) });
  if (phoneId !== null) {
    headers.set(PHONE_HEADER, phoneId);
  }
  return new Request("https://device/link", { headers });
}

/** Read the request; only the Worker writes it, so a malformed one is a mistake of ours. */
export function readLinkRequest(request: Request): LinkRequest {
  const digest = decodeBase64url(request.headers.get(DIGEST_HEADER) ?? "", SECRET_BYTES);
  if (digest === null) {
    throw new TypeError("a link request needs a digest");
  }
  return { phoneId: request.headers.get(PHONE_HEADER), digest };
}
