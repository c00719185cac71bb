/** Builds the app into dist/app: one script, one style sheet and fonts, named by their contents. */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const output = join(root, "dist", "app");
const base = "/app/";
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

await rm(output, { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: { app: "src/main.tsx", icon: "public/icon.svg" },
  outdir: output,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["safari15", "chrome90", "firefox90"],
  entryNames: "assets/[name].[hash]",
  assetNames: "assets/[name].[hash]",
  publicPath: base,
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "file", ".svg": "copy" },
  define: { APP_VERSION: JSON.stringify(manifest.version) },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

const built = Object.entries(result.metafile.outputs);
const named = (extension, entryPoint) => {
  const found = built.find(
    ([path, { entryPoint: entry }]) =>
      path.endsWith(extension) && (entryPoint === undefined || entry === entryPoint),
  );
  if (found === undefined) throw new Error(`the bundle has no ${extension}`);
  return base + relative(output, join(root, found[0]));
};
const page = (await readFile(join(root, "src", "index.html"), "utf8"))
  .replace("%SCRIPT%", named(".js", "src/main.tsx"))
  .replace("%STYLE%", named(".css"))
  .replace("%ICON%", named(".svg"));
await writeFile(join(output, "index.html"), page);
await writeLicenses(Object.keys(manifest.dependencies));

const bytes = built.reduce((sum, [, file]) => sum + file.bytes, 0);
process.stdout.write(`webapp: ${built.length} files, ${Math.round(bytes / 1024)} KiB in dist/app\n`);

/** Put the licence of everything that is bundled beside the app. */
async function writeLicenses(packages) {
  const directory = join(output, "licenses");
  await mkdir(directory, { recursive: true });
  for (const name of packages) {
    const source = join(root, "node_modules", name);
    const file = await firstReadable([
      join(source, "LICENSE"),
      join(source, "LICENSE.md"),
      join(source, "LICENSE.txt"),
    ]);
    await cp(file, join(directory, `${name.replace("@", "").replace("/", "-")}.txt`));
  }
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
