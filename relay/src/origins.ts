/** Which web pages may use the relay, and how their browsers are told. */

/** Say whether a request from `origin` passes; what is not a browser sends none. */
export function isOriginAllowed(origin: string | null, url: URL, allowedOrigins: readonly string[]): boolean {
  return origin === null || origin === url.origin || allowedOrigins.includes(origin);
}

/** Headers that let a page of another, allowed origin read the answer. */
export function crossOriginHeaders(origin: string | null, url: URL): Readonly<Record<string, string>> {
  if (origin === null || origin === url.origin) {
    return {};
  }
  return { "access-control-allow-origin": origin, vary: "origin" };
}

/** Headers that answer a browser that asks before it sends a request of another origin. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-max-age": "600",
};

/** Say whether a browser only asks what it may send (Fetch §3.2.2, CORS-preflight request). */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}
