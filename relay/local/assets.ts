/** Static assets for plain workerd: what Cloudflare does by itself, over a directory of this machine. */

import { cacheControlOf } from "../src/security_headers.ts";

interface Env {
  readonly DISK: Fetcher;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const path = new URL(request.url).pathname;
    if (path === "/app") {
      return new Response(null, { status: 307, headers: { location: "/app/" } });
    }
    const file = path.endsWith("/") ? `${path}index.html` : path;
    const found = await env.DISK.fetch(new Request(`http://disk${file}`, { method: request.method }));
    // A directory answers with a listing, which has no length; it is nobody's business.
    if (!found.ok || !found.headers.has("content-length")) {
      return new Response(null, { status: 404 });
    }
    const headers = new Headers({
      "cache-control": cacheControlOf(path),
      "content-length": found.headers.get("content-length") ?? "",
      "content-type": CONTENT_TYPES[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    });
    return new Response(found.body, { headers });
  },
} satisfies ExportedHandler<Env>;
