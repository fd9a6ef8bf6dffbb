/**
 * Builds the five actions:  npm run build
 *
 * One ncc bundle for all, with a chunk for each action and each heavy library, and a thin entry per action. Then every entry and every
 * chunk is run: ncc ends well even when a dependency is missing, and the mistake would wait for a user's job.
 */
import { spawnSync } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type ActionName, actions } from "../actions/index.ts";
import { chunksOf, smokeProblems } from "./build/smoke.ts";

const ROOT = dirname(import.meta.dirname);
const DIST = join(ROOT, "actions", "dist");
const names = Object.keys(actions) as ActionName[];

function build(): void {
  run("tsc", ["-b", "actions"]);
  rmSync(DIST, { recursive: true, force: true });
  run("ncc", [
    "build",
    "actions/build/bundle.js",
    "-o",
    "actions/dist",
    "--license",
    "licenses.txt",
    "--no-cache",
    "--quiet",
  ]);
  for (const name of names) {
    writeFileSync(
      join(DIST, `${name}.js`),
      `import { main } from "./index.js";\nawait main(${JSON.stringify(name)});\n`,
    );
  }
}

function run(command: string, words: readonly string[]): void {
  const env = { ...process.env, PATH: [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter) };
  const { status, error } = spawnSync(command, words, { cwd: ROOT, env, stdio: ["ignore", 2, 2] });
  if (error !== undefined || status !== 0) throw new Error(`${command} failed (${error?.message ?? status})`);
}

const start = performance.now();
build();
const problems = smokeProblems(DIST, names);
for (const name of chunksOf(DIST))
  console.log(`${(statSync(join(DIST, name)).size / 1000).toFixed(0).padStart(7)} kB  ${name}`);
console.log(`built and run in ${((performance.now() - start) / 1000).toFixed(1)} s`);
for (const problem of problems) console.error(`problem: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
