/**
 * Bundles the command from what the compiler wrote:  node --conditions=trainyard-source scripts/bundle-cli.ts
 *
 * A chunk for each command and one for what several of them share. A start then reads a dozen files instead of three hundred, without the
 * schemas and the libraries its command never asks for. `packages/cli/bin/entry.mjs` runs the compiled files when they are newer.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const CLI = join(import.meta.dirname, "../packages/cli");
const BUNDLE = join(CLI, "bundle");
const MAIN = "main.js";

/** What every start needs goes into few files, each with all it imports that none before it has: a file costs a millisecond. */
const CHUNKS: readonly (readonly [name: string, from: RegExp])[] = [
  ["start", /[\\/](?:cli[\\/]dist[\\/](?:run-command-line|terminal)|process[\\/]stop)\.js$/],
  ["inputs", /[\\/]cli[\\/]dist[\\/]command\.js$/],
  ["git", /[\\/]open-project-registry\.js$/],
  ["registry", /[\\/](?:registry[\\/]open-registry|register[\\/]history|config[\\/]choose-model)\.js$/],
];

/** A command that runs meanwhile may ask for a chunk of the bundle before; a day later none does. */
const DAY_MILLISECONDS = 24 * 3600 * 1000;

const began = new Date(); // what is compiled from now on is newer than this bundle
const build = await rolldown({
  input: { main: join(CLI, "dist", MAIN) },
  platform: "node",
  onLog(_level, log) {
    throw new Error(`the command cannot be bundled: ${log.message}`);
  },
});
const { output } = await build.generate({
  format: "esm",
  entryFileNames: MAIN,
  chunkFileNames: "[name]-[hash].js",
  codeSplitting: { groups: CHUNKS.map(([name, test], index) => ({ name, test, priority: CHUNKS.length - index })) },
});
await build.close();

mkdirSync(BUNDLE, { recursive: true });
for (const file of output) {
  if (file.type !== "chunk") throw new Error(`the command's bundle has a file that is no code: ${file.fileName}`);
  if (!file.isEntry) writeWhole(file.fileName, file.code);
}
for (const file of output) if (file.type === "chunk" && file.isEntry) writeWhole(file.fileName, file.code); // last: it names the others
utimesSync(join(BUNDLE, MAIN), began, began);

const names = new Set(output.map((file) => file.fileName));
for (const name of readdirSync(BUNDLE)) {
  const path = join(BUNDLE, name);
  if (!names.has(name) && began.getTime() - statSync(path).mtimeMs > DAY_MILLISECONDS)
    rmSync(path, { recursive: true, force: true });
}

/** A file appears whole or not at all, so that a command that starts meanwhile never reads half of it. */
function writeWhole(name: string, code: string): void {
  const draft = join(BUNDLE, `${name}.${process.pid}.draft`);
  writeFileSync(draft, code);
  renameSync(draft, join(BUNDLE, name));
}
