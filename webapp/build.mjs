/** Builds the app (dist/app) and the dashboard (dashboard/dist): scripts, style sheets, fonts, named by their contents. */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const output = join(root, "dist", "app");
const base = "/app/";
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

const dashboard = join(root, "dashboard", "dist");
const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: "esm",
  charset: "utf8",
  target: ["safari15", "chrome90", "firefox90"],
  splitting: true,
  entryNames: "assets/[name].[hash]",
  chunkNames: "assets/[name].[hash]",
  assetNames: "assets/[name].[hash]",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "file", ".svg": "copy", ".png": "copy" },
  define: { APP_VERSION: JSON.stringify(manifest.version) },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};
const target = shared.target;

/** What is loaded after the first screens. */
const laterParts = ["src/machine_part.ts", "src/views/settings.tsx", "src/views/terminal_screen.tsx"].map(
  (path) => join(root, path),
);
/** Has later parts import all of the first screens: what both need is one file then, not one for each combination. */
const oneFirstFile = {
  name: "one-first-file",
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      if (!laterParts.includes(path)) return null;
      const contents = `${await readFile(path, "utf8")}\nimport ${JSON.stringify(join(root, "src/main.tsx"))};`;
      return { contents, loader: "tsx" };
    });
  },
};

await rm(output, { recursive: true, force: true });
const result = await build({
  ...shared,
  plugins: [oneFirstFile],
  entryPoints: {
    app: "src/main.tsx",
    style: "src/styles/first.css",
    later: "src/styles/later.css",
    icon: "public/icon.svg",
    "icon-192": "public/icon-192.png",
    "icon-512": "public/icon-512.png",
    "icon-maskable-512": "public/icon-maskable-512.png",
    "icon-apple-180": "public/icon-apple-180.png",
  },
  outdir: output,
  publicPath: base,
});
const built = Object.entries(result.metafile.outputs);
const named = naming(built, output, base);
const page = (await readFile(join(root, "src", "index.html"), "utf8"))
  .replace("%SCRIPT%", named(".js", "src/main.tsx"))
  .replace("%PRELOADS%", preloads())
  .replace("%STYLE%", named(".css", "src/styles/first.css"))
  .replace("%LATER_STYLE%", named(".css", "src/styles/later.css"))
  .replace("%ICON%", named(".svg"))
  .replace("%APPLE_ICON%", named(".png", "public/icon-apple-180.png"))
  .replace("%MANIFEST%", `${base}manifest.webmanifest`);
await writeManifest();
await writeFile(join(output, "index.html"), page);
await writeServiceWorker();
await writeLicenses(output, Object.keys(manifest.dependencies));
await buildDashboard();

const bytes = built.reduce((sum, [, file]) => sum + file.bytes, 0);
process.stdout.write(`webapp: ${built.length} files, ${Math.round(bytes / 1024)} KiB in dist/app\n`);

/** What the script imports at once is asked for with it, not after it. */
function preloads() {
  const script = built.find(([, { entryPoint }]) => entryPoint === "src/main.tsx");
  const reached = new Set();
  const follow = ([, { imports }]) => {
    for (const { path, kind } of imports) {
      if (kind !== "import-statement" || reached.has(path)) continue;
      reached.add(path);
      follow(built.find(([other]) => other === path));
    }
  };
  follow(script);
  const links = [...reached].map(
    (path) => `<link rel="modulepreload" href="${base}${relative(output, join(root, path))}" />`,
  );
  return links.join("\n    ");
}

/** Build what a machine shows of itself in its own browser: a bundle of its own, so that a phone loads none of it. */
async function buildDashboard() {
  await rm(dashboard, { recursive: true, force: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: { dashboard: "src/dashboard/main.tsx", icon: "public/icon.svg" },
    outdir: dashboard,
    publicPath: "/",
  });
  const file = naming(Object.entries(metafile.outputs), dashboard, "/");
  const text = (await readFile(join(root, "src", "dashboard", "index.html"), "utf8"))
    .replace("%SCRIPT%", file(".js", "src/dashboard/main.tsx"))
    .replace("%STYLE%", file(".css"))
    .replace("%ICON%", file(".svg"));
  await writeFile(join(dashboard, "index.html"), text);
  await writeLicenses(dashboard, Object.keys(manifest.dependencies));
}

/** Return what finds the address of a file that was built. */
function naming(outputs, folder, under) {
  return (extension, entryPoint) => {
    const found = outputs.find(
      ([path, { entryPoint: entry }]) =>
        path.endsWith(extension) && (entryPoint === undefined || entry === entryPoint),
    );
    if (found === undefined) throw new Error(`the bundle has no ${extension}`);
    return under + relative(folder, join(root, found[0]));
  };
}

/** Write the worker that keeps this build's shell; its name is made of the page, which names files by their contents. */
async function writeServiceWorker() {
  const files = built.map(([path]) => base + relative(output, join(root, path)));
  const shell = files.filter((path) => !path.endsWith(".png")).sort();
  const digest = createHash("sha256")
    .update([page, ...shell].join("\n"))
    .digest("hex");
  await build({
    absWorkingDir: root,
    entryPoints: ["src/service_worker.ts"],
    outfile: join(output, "service_worker.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target,
    define: {
      SHELL_NAME: JSON.stringify(`loopsy-shell-${digest.slice(0, 16)}`),
      SHELL_FILES: JSON.stringify([base, ...shell]),
    },
    logLevel: "warning",
  });
}

/** Write the manifest with the names that the icons have got. */
async function writeManifest() {
  const webManifest = JSON.parse(await readFile(join(root, "public", "manifest.json"), "utf8"));
  for (const icon of webManifest.icons) icon.src = named("", `public/${icon.src}`);
  await writeFile(join(output, "manifest.webmanifest"), JSON.stringify(webManifest));
}

/** Put the licences of everything that is bundled into one file beside the app. */
async function writeLicenses(folder, packages) {
  const parts = [];
  for (const name of packages) {
    const source = join(root, "node_modules", name);
    const file = await firstReadable([
      join(source, "LICENSE"),
      join(source, "LICENSE.md"),
      join(source, "LICENSE.txt"),
    ]);
    parts.push(`${name}\n${"=".repeat(name.length)}\n\n${(await readFile(file, "utf8")).trim()}\n`);
  }
  await writeFile(join(folder, "licenses.txt"), parts.join("\n\n"));
}

async function firstReadable(files) {
  for (const file of files) {
    try {
      await readFile(file);
      return file;
    } catch {}
  }
  throw new Error(`no licence among ${files.join(", ")}`);
}
