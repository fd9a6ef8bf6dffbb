/**
 * Bundles the command from what the compiler wrote:  node --conditions=trainyard-source scripts/bundle-cli.ts
 *
 * A chunk for each command and one for what several of them share. A start then reads a dozen files instead of three hundred, without the
 * schemas and the libraries its command never asks for. `packages/cli/bin/entry.mjs` runs the compiled files when they are newer.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandChunks } from "./build/command-chunks.ts";

const BUNDLE = join(import.meta.dirname, "../packages/cli/bundle");

/** A command that runs meanwhile may ask for a chunk of the bundle before; a day later none does. */
const DAY_MILLISECONDS = 24 * 3600 * 1000;

const began = new Date(); // what is compiled from now on is newer than this bundle
const chunks = await commandChunks("dist");

mkdirSync(BUNDLE, { recursive: true });
// The entry last: it names the others.
for (const { fileName, code } of chunks.sort((a, b) => Number(a.isEntry) - Number(b.isEntry))) {
  const draft = join(BUNDLE, `${fileName}.${process.pid}.draft`);
  writeFileSync(draft, code);
  utimesSync(draft, began, began);
  renameSync(draft, join(BUNDLE, fileName)); // a command that starts meanwhile never reads half a file
}

const names = new Set(chunks.map(({ fileName }) => fileName));
for (const name of readdirSync(BUNDLE)) {
  const path = join(BUNDLE, name);
  if (!names.has(name) && began.getTime() - statSync(path).mtimeMs > DAY_MILLISECONDS)
    rmSync(path, { recursive: true, force: true });
}
