/** Cloudflare's edge in front of a Worker: its static assets first, then the Worker itself. */

import ASSETS_CONFIG from "assets_config.json";

export default {
  async fetch(request, env) {
    const headers = new Headers(request.headers);
    headers.set("cf-connecting-ip", "127.0.0.1");
    const forwarded = new Request(request, { headers });
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (ASSETS_CONFIG !== null && isRead && ASSETS_CONFIG.run_worker_first !== true) {
      const asset = await env.ASSETS.fetch(new Request(request.url, { method: request.method, redirect: "manual" }));
      if (asset.status !== 404) {
        return asset;
      }
    }
    return env.WORKER.fetch(forwarded, { redirect: "manual" });
  },
};
