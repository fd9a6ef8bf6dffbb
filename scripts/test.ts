/**
 * The gate:  npm test [FILTER…]  or, without the tests,  npm run check.
 *
 * Types, then style, then tests; every step runs even when an earlier one failed, so that one run tells everything.
 * The last line counts the tests, and each of the other steps as one.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHECKS = [
  { name: "types of the packages", command: "tsc", words: ["-b"] },
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
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { status } = spawnSync("vitest", ["run", ...reporters, ...filters], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    return tally(status === 0, report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Failures outside a test (a file that does not load, an unhandled rejection, a crash) count as one. */
function tally(ok: boolean, report: string): Tally {
  let counts = { numPassedTests: 0, numFailedTests: 0 };
  try {
    counts = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    // no report: vitest did not get that far
  }
  const failed = counts.numFailedTests === 0 && !ok ? 1 : counts.numFailedTests;
  return { passed: counts.numPassedTests, failed };
}

const words = process.argv.slice(2);
const results = CHECKS.map(runCheck);
if (words[0] !== "--checks-only") results.push(runTests(words));
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
