/** Whose request this is: the client's address, by which calls are counted. */

/**
 * Cloudflare names the client in a header. Plain workerd names its peer (`192.0.2.1:4711`, `[2001:db8::1]:4711`) beside
 * the request, and removes the header before we see it unless a proxy in front is trusted to set it.
 */
export function clientAddressOf(request: Request): string {
  const named = request.headers.get("cf-connecting-ip");
  if (named !== null) {
    return named;
  }
  const peer = request.cf?.clientIp;
  return typeof peer === "string" ? peer.replace(/:\d+$/, "") : "local";
}
