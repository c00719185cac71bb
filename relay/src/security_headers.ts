/** The headers that every response of the relay carries, app and API alike; the only place that holds the policy. */

/** Nothing is loaded from elsewhere, no script runs inline, nobody may frame the app. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // xterm.js gives cells of the 16.7 million colours a style attribute; style elements stay forbidden.
  "style-src-attr 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  // 'self' covers the WebSocket of the same host too (CSP 3 §6.7.2.8).
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
};

export const STRICT_TRANSPORT_SECURITY = "max-age=63072000";

/** Where the app keeps files whose names carry a hash of their content. */
export const HASHED_ASSETS_PREFIX = "/app/assets/";

const CACHE_FOR_EVER = "public, max-age=31536000, immutable";
const CACHE_NEVER_UNASKED = "no-cache";

/** How long a browser may keep the asset at `path` without asking. */
export function cacheControlOf(path: string): string {
  return path.startsWith(HASHED_ASSETS_PREFIX) ? CACHE_FOR_EVER : CACHE_NEVER_UNASKED;
}

/** The same response with the security headers; transport security only where there is a transport to secure. */
export function withSecurityHeaders(response: Response, url: URL): Response {
  const secured = new Response(response.body, response);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    secured.headers.set(name, value);
  }
  if (url.protocol === "https:") {
    secured.headers.set("strict-transport-security", STRICT_TRANSPORT_SECURITY);
  }
  return secured;
}

/** The `_headers` file for assets that are served without the Worker. */
export function assetHeadersFile(): string {
  const security = { ...SECURITY_HEADERS, "strict-transport-security": STRICT_TRANSPORT_SECURITY };
  return [
    ["/*", ...Object.entries(security).map(([name, value]) => `  ${name}: ${value}`)],
    [`${HASHED_ASSETS_PREFIX}*`, `  cache-control: ${CACHE_FOR_EVER}`],
    ...["/app/", "/app/index.html"].map((path) => [path, `  cache-control: ${CACHE_NEVER_UNASKED}`]),
  ]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}
