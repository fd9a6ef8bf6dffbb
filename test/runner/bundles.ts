import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["packages/core/src", "packages/backends/src", "packages/runner-kit/src", "actions", "pnpm-lock.yaml"];

/** The folder of an action, with its bundle beside it: built when there is none, or when a source is newer. */
export function actionFolder(name: string): string {
  return join(ROOT, "actions", name);
}

/** Builds the bundles of the actions when they are missing or older than what they are made of; 25 s. @throws Error with what the build said */
export function ensureBundles(): void {
  const bundle = join(ROOT, "actions/dist/train.js"); // written last
  if (existsSync(bundle) && statSync(bundle).mtimeMs > Math.max(...SOURCES.map(newest))) return;
  const words = ["--conditions=trainyard-source", "scripts/build.ts"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`the bundles could not be built:\n${stdout}${stderr}`);
}

function newest(path: string): number {
  const absolute = join(ROOT, path);
  if (!statSync(absolute).isDirectory()) return statSync(absolute).mtimeMs;
  const files = readdirSync(absolute, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.(?:ts|json)$/.test(name) && !/\.test\.ts$|(?:^|[/\\])(?:node_modules|dist|build)[/\\]/.test(name),
  );
  return Math.max(...files.map((name) => statSync(join(absolute, name)).mtimeMs));
}
