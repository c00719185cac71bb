/** The command `npm --prefix webapp run noise-vectors -- FILE…`. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { runVectors } from "./noise_vectors.ts";

/** Run the files, print what failed and the totals; returns the exit code. */
export async function main(files: readonly string[], directory: string): Promise<number> {
  if (files.length === 0) {
    process.stderr.write("Name at least one file: npm --prefix webapp run noise-vectors -- FILE…\n");
    return 1;
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  let unreadable = false;
  for (const file of files) {
    try {
      const outcome = await runVectors(await readFile(resolve(directory, file), "utf8"));
      total.passed += outcome.passed;
      total.failed += outcome.failed;
      total.skipped += outcome.skipped;
      for (const problem of outcome.problems) process.stderr.write(`${file}: ${problem}\n`);
    } catch (error) {
      unreadable = true;
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${file} cannot be read as Noise vectors: ${reason}\n`);
    }
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return total.failed > 0 || unreadable ? 1 : 0;
}
