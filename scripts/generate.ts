/**
 * Writes everything that is made from the schemas:  npm run generate  or, to see whether it is up to date, with --check.
 *
 * action.yml and the README tables of the five actions, the JSON Schemas, the reference of the command line and of the refusals,
 * and what the command carries along of the templates.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { actionFiles } from "./generate/action-files.ts";
import { cliReference } from "./generate/cli-reference.ts";
import { configReference } from "./generate/config-reference.ts";
import { errorReference } from "./generate/error-reference.ts";
import type { Generated } from "./generate/generated.ts";
import { schemaFiles } from "./generate/schema-files.ts";
import { shippedWorkflows } from "./generate/shipped-workflows.ts";

const ROOT = dirname(import.meta.dirname);
const check = process.argv.includes("--check");
const read = (path: string) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : null);

const files: Generated[] = [
  ...(await actionFiles(read)),
  ...schemaFiles(),
  ...(await shippedWorkflows()),
  await cliReference(),
  configReference(),
  errorReference(),
];
const stale = files.filter(({ path, content }) => read(path) !== content);
for (const { path, content } of check ? [] : stale) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), content);
}

for (const { path } of stale) console.log(check ? `${path} differs from what the schemas say` : `wrote ${path}`);
if (check && stale.length > 0) process.exitCode = 1;
else if (stale.length === 0) console.log(`${files.length} generated files are up to date`);
