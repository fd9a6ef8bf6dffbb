/** Which JavaScript the command runs: its bundle, or what the compiler wrote where that is newer. */
import { statSync } from "node:fs";

export const BUNDLE = new URL("../bundle/main.js", import.meta.url); // written by scripts/bundle-cli.ts
export const COMPILED = new URL("../dist/main.js", import.meta.url); // written by tsc -b

/** A compile that changes something rewrites its package's. None of them is in an installed package. */
const COMPILES = ["..", "../../backends", "../../core"].map(
  (folder) => new URL(`${folder}/tsconfig.tsbuildinfo`, import.meta.url),
);

export function bundleIsFresh() {
  const made = changedAt(BUNDLE);
  return made > 0 && COMPILES.every((path) => changedAt(path) <= made);
}

/** The file to import, null when nothing is compiled. */
export function entry() {
  if (bundleIsFresh()) return BUNDLE;
  return changedAt(COMPILED) > 0 ? COMPILED : null;
}

/** Milliseconds since 1970; 0: it is not there. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
