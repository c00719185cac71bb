/** Builds relay/dist: the Worker, what plain workerd needs around it, and the headers of the static assets. */

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const relay = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(relay, "..");

const versionFile = join(root, "daemon", "loopsy_daemon", "__init__.py");
const version = /^__version__ = "([^"]+)"$/m.exec(await readFile(versionFile, "utf-8"))?.[1];
if (version === undefined) {
  throw new Error(`${versionFile} names no version.`);
}

/** Bundle one module; names and order depend on the sources alone, so the same sources make the same bytes. */
async function bundle(entry, outfile) {
  await build({
    absWorkingDir: relay,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2024",
    charset: "utf8",
    legalComments: "none",
    external: ["cloudflare:workers"],
    define: { VERSION: JSON.stringify(version) },
    logLevel: "warning",
  });
}

// `--worker ENTRY OUTFILE` bundles another Worker around the same sources and nothing else.
const [option, entry, outfile] = process.argv.slice(2);
if (option === "--worker" && entry !== undefined && outfile !== undefined) {
  await bundle(entry, outfile);
} else {
  const dist = join(relay, "dist");
  await rm(dist, { recursive: true, force: true });
  await bundle("src/index.ts", join(dist, "worker.mjs"));
  await bundle("local/assets.ts", join(dist, "local", "assets.mjs"));
  await bundle("local/rate_limit.ts", join(dist, "local", "rate_limit.mjs"));
  for (const name of ["relay.capnp", "relay_tls.capnp", "relay_proxied.capnp"]) {
    await copyFile(join(relay, "local", name), join(dist, "local", name));
  }
  await writeAssetHeaders(dist);
}

/** Write `_headers`, which Cloudflare reads from the directory of the assets. */
async function writeAssetHeaders(dist) {
  const module = join(dist, "security_headers.mjs");
  await bundle("src/security_headers.ts", module);
  const { assetHeadersFile } = await import(pathToFileURL(module).href);
  await rm(module);
  const assets = join(root, "webapp", "dist");
  await mkdir(assets, { recursive: true });
  for (const directory of [dist, assets]) {
    await writeFile(join(directory, "_headers"), assetHeadersFile());
  }
}
