/** Secrets of a request: where they are found, how they are digested, how digests are compared. */

export const LINK_PROTOCOL = "loopsy.v1";
const BEARER_PROTOCOL_PREFIX = "loopsy.bearer.";
const SECRET_PARAMETERS: ReadonlySet<string> = new Set(["token", "secret", "access_token", "bearer"]);

/** What a WebSocket request offers: our protocol or not, a secret or none. */
export interface LinkOffer {
  readonly speaksProtocol: boolean;
  readonly secret: string | null;
}

/** Find the bearer in an `Authorization` header (RFC 6750 §2.1; the scheme's case does not matter). */
export function bearerOf(authorization: string | null): string | null {
  const match = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "");
  return match?.[1] ?? null;
}

/** Read a `Sec-WebSocket-Protocol` header. */
export function linkOfferOf(protocols: string | null): LinkOffer {
  const offered = (protocols ?? "").split(",").map((protocol) => protocol.trim());
  const bearer = offered.find((protocol) => protocol.startsWith(BEARER_PROTOCOL_PREFIX));
  return {
    speaksProtocol: offered.includes(LINK_PROTOCOL),
    secret: bearer?.slice(BEARER_PROTOCOL_PREFIX.length) || null,
  };
}

/** Say whether an address carries a secret in its query, where logs would keep it. */
export function hasSecretInQuery(parameters: URLSearchParams): boolean {
  return [...parameters.keys()].some((name) => SECRET_PARAMETERS.has(name.toLowerCase()));
}

/** SHA-256 of a secret's text: what is stored and compared in its place. */
export async function digestOf(secret: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
}

/** Compare two digests or tags in a time that does not depend on where they differ. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.byteLength ^ right.byteLength;
  for (let index = 0; index < left.byteLength; index += 1) {
    difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  }
  return difference === 0;
}

/** HMAC-SHA256 of `message` under the UTF-8 bytes of `key`, cut to `lengthBytes`. */
export async function tagOf(key: string, message: Uint8Array<ArrayBuffer>, lengthBytes: number): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", new TextEncoder().encode(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(algorithm.name, imported, message), 0, lengthBytes);
}

/** Say whether `tag` belongs to `message` under one of `keys` (the current one and, while rotating, the previous). */
export async function tagMatches(
  keys: readonly string[],
  message: Uint8Array<ArrayBuffer>,
  tag: Uint8Array,
): Promise<boolean> {
  let matches = false;
  for (const key of keys) {
    matches = equalInConstantTime(await tagOf(key, message, tag.byteLength), tag) || matches;
  }
  return matches;
}
