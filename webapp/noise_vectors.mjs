/** Runs test/support/noise_vectors_main.ts on any supported Node: those before 22 cannot read TypeScript. */
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
// inside the package, so that the bundle finds it and nothing else has to be writable
const directory = await mkdtemp(join(root, "node_modules", ".noise-vectors-"));
try {
  const outfile = join(directory, "main.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["test/support/noise_vectors_main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
  });
  const { main } = await import(pathToFileURL(outfile).href);
  // npm changes to the package's directory and keeps the caller's here
  process.exitCode = await main(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
} finally {
  await rm(directory, { recursive: true, force: true });
}
