/**
 * Writes the part of GitHub's own description of its REST API that the test server is held to:
 *   node scripts/setup.mjs --no-build scripts/github-openapi/generate.ts
 *
 * The whole description is 385 MB and no dependency: it is fetched into a temporary folder, one of its files is read, and all of it goes again.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPERATIONS, TEMPLATES } from "./operations.ts";
import { subsetOf } from "./subset.ts";

const PACKAGE = "@octokit/openapi@23.0.2";
const FILE = "package/generated/api.github.com.json";
const TARGET = join(import.meta.dirname, "../../test/github-server/fixtures/openapi.json");

const folder = mkdtempSync(join(tmpdir(), "trainyard-openapi-"));
try {
  const name = execFileSync("npm", ["pack", "--silent", PACKAGE], { cwd: folder, encoding: "utf8" }).trim();
  execFileSync("tar", ["xzf", name, FILE], { cwd: folder });
  const subset = subsetOf(JSON.parse(readFileSync(join(folder, FILE), "utf8")), PACKAGE, OPERATIONS, TEMPLATES);
  writeFileSync(TARGET, `${JSON.stringify(subset)}\n`);
  console.log(`${Object.keys(subset.operations).length} operations, ${Object.keys(subset.schemas).length} schemas`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
