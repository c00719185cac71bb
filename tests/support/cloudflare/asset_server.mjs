/** Static assets as Cloudflare serves them: found by path in the uploaded manifest, read by their hash. */

import CONFIG from "assets_config.json";
import MANIFEST from "assets_manifest.json";

/** The path of a file that answers for a path, or the path to which the browser is sent. */
export function resolve(path, has) {
  if (path.endsWith("/index.html")) {
    return { redirect: path.slice(0, -"index.html".length) };
  }
  if (path.endsWith("/")) {
    return has(`${path}index.html`) ? { file: `${path}index.html` } : {};
  }
  if (path.endsWith(".html") && has(path)) {
    return { redirect: path.slice(0, -".html".length) };
  }
  if (has(path)) {
    return { file: path };
  }
  if (has(`${path}.html`)) {
    return { file: `${path}.html` };
  }
  return has(`${path}/index.html`) ? { redirect: `${path}/` } : {};
}

/** The rules of a `_headers` file: a path, `*` standing for anything, and below it the headers. */
export function parseHeaders(text) {
  const rules = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.trim().startsWith("#")) {
      continue;
    }
    if (!/^\s/.test(line)) {
      const pattern = line.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
      rules.push({ pattern: new RegExp(`^${pattern}$`), headers: [] });
    } else {
      const colon = line.indexOf(":");
      rules.at(-1).headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    }
  }
  return rules;
}

const RULES = parseHeaders(CONFIG?._headers ?? "");

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname);
    const { file, redirect } = resolve(path, (candidate) => Object.hasOwn(MANIFEST, candidate));
    if (redirect !== undefined) {
      return new Response(null, { status: 307, headers: { location: redirect + url.search } });
    }
    if (file === undefined) {
      return new Response(null, { status: 404 });
    }
    const { hash, content_type } = MANIFEST[file];
    const headers = new Headers({ etag: `"${hash}"`, "cache-control": "public, max-age=0, must-revalidate" });
    if (content_type !== null) {
      headers.set("content-type", content_type);
    }
    const own = new Set();
    for (const rule of RULES.filter((candidate) => candidate.pattern.test(path))) {
      for (const [name, value] of rule.headers) {
        // A rule replaces what Cloudflare would say by itself; two rules add up.
        if (own.has(name)) {
          headers.append(name, value);
        } else {
          headers.set(name, value);
          own.add(name);
        }
      }
    }
    if (request.headers.get("if-none-match") === headers.get("etag")) {
      return new Response(null, { status: 304, headers });
    }
    const stored = await env.FILES.fetch(`http://files/${hash}`);
    return new Response(request.method === "HEAD" ? null : stored.body, { headers });
  },
};
