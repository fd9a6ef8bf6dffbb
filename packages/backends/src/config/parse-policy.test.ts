import { readFileSync } from "node:fs";
import { join } from "node:path";
import { batch, openRegistry, setPolicy } from "@trainyard/core";
import { memoryBackend } from "@trainyard/core/testing";
import { expect, test } from "vitest";
import { sha256 } from "../local/sha256.ts";
import { parsePolicy } from "./parse-policy.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/policy.md"), "utf8");
const said = (text: string) => {
  try {
    return parsePolicy(text, "policy.yaml");
  } catch (error) {
    return (error as Error).message;
  }
};

test("the policy that the documentation shows is one, and could be followed", async () => {
  const backend = memoryBackend(sha256);
  const registry = openRegistry(backend);
  const policy = parsePolicy(/```yaml\n([^`]*)```/.exec(page)?.[1] ?? "", "policy.yaml");
  expect(await setPolicy({ policy, reason: "x" }, { registry })).toMatchObject({ seq: 2, policy });
  expect(await setPolicy({ policy, reason: "again" }, { registry })).toBe(null);
});

test("the batch that the documentation shows can be read, and names the version that is not there", async () => {
  const text = /cat changes.jsonl\n([^`]*?)\$ trainyard transact/.exec(page)?.[1] ?? "";
  const backend = memoryBackend(sha256);
  const attempt = batch({ text, environmentsOf: async () => [] }, { registry: openRegistry(backend) });
  await expect(attempt).rejects.toMatchObject({ code: "BATCH_LINE", details: { line: 1, code: "ALIAS_MOVED" } });
});

test.each([
  [
    "rules:\n  production: {aftr: [staging]}\n",
    'policy.yaml:2:16: rules.production.aftr is not a setting. Did you mean "after"?',
  ],
  ["aliases: champion\n", 'policy.yaml:1:10: aliases must be a list, but is "champion".'],
  ["aliases: [Champion]\n", "policy.yaml:1:11: aliases.0 must be an alias, or a pattern with `*` like `candidate-*`"],
  ["rules: {production: {evaluation: {maxAgeDays: 0}}}\n", "must be more than 0"],
  ["rules: {production: {evaluation: {maxAgeDays: .nan}}}\n", "maxAgeDays must be"],
  ["models: {Churn: {}}\n", "policy.yaml:1:10: models.Churn must be"],
  ["overrides: no way\n", 'overrides must be true or false, but is "no way"'],
  ["- production\n", "the file must be a mapping"],
  ["", "the file must be a mapping, but is empty"],
])("what is no policy is refused with its place: %j", (text, message) => {
  expect(said(text)).toContain(message);
});
