/**
 * The gate:  npm test [FILTER…]  or, without the tests,  npm run check.
 *
 * Types, then style, then tests; every step runs even when an earlier one failed, so that one run tells everything.
 * The last line counts the tests, and each of the other steps as one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHECKS = [
  { name: "types of the packages", command: "tsc", words: ["-b"] },
  {
    name: "bundle of the command",
    command: process.execPath,
    words: ["--conditions=trainyard-source", "scripts/bundle-cli.ts"],
  },
  { name: "types of tests and scripts", command: "tsc", words: ["-p", "tsconfig.scripts.json"] },
  { name: "style", command: "biome", words: ["ci", "--colors=off", "--max-diagnostics=50"] },
];

interface Tally {
  passed: number;
  failed: number;
}

function runCheck({ name, command, words }: (typeof CHECKS)[number]): Tally {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: "utf8" });
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  if (status === 0) {
    console.log(`✓ ${name} (${took})`);
    return { passed: 1, failed: 0 };
  }
  console.log(`${error?.message ?? stdout + stderr}\n✗ ${name} (${took})`);
  return { passed: 0, failed: 1 };
}

function runTests(filters: readonly string[]): Tally {
  const folder = mkdtempSync(join(tmpdir(), "trainyard-test-"));
  const counts = join(folder, "tally.json");
  try {
    const reporters = ["--reporter=default", "--reporter=./scripts/tally-reporter.ts"];
    const { status } = spawnSync("vitest", ["run", ...reporters, ...filters], {
      env: { ...process.env, TRAINYARD_TALLY: counts },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const tally: Tally = existsSync(counts) ? JSON.parse(readFileSync(counts, "utf8")) : { passed: 0, failed: 0 };
    return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally; // a crash counts as one failure
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
const results = CHECKS.map(runCheck);
if (words[0] !== "--checks-only") results.push(runTests(words));
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
