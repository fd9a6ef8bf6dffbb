import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionName, actions } from "../../actions/index.ts";
import { findings } from "./language-service.ts";
import { ourAction, ours } from "./our-actions.ts";
import { type JobDefinition, parseWorkflow, TEMPLATES, templateNames, templateText } from "./workflow.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXPECTED = [
  "drift-check",
  "model-promote",
  "model-release",
  "model-review",
  "resume-training",
  "retrain",
  "verdict-for-forks",
];
const CHECKOUT = /^actions\/checkout@[0-9a-f]{40}$/;
const LEVEL = { none: 0, read: 1, write: 2 } as const;
type Level = keyof typeof LEVEL;

const jobs = templateNames.flatMap((name) =>
  Object.entries(parseWorkflow(templateText(name)).jobs).map(([id, job]) => [`${name} / ${id}`, job] as const),
);
const writes = (job: JobDefinition) => Object.values(job.permissions ?? {}).includes("write");
const actionsOf = (job: JobDefinition) =>
  job.steps.flatMap(({ uses }) => (uses === undefined ? [] : (ourAction(uses) ?? [])));

test("there is a template for each thing the product promises", () => expect(templateNames).toEqual(EXPECTED));

describe.each(templateNames)("%s", (name) => {
  const text = templateText(name);
  const workflow = parseWorkflow(text);

  test("GitHub's language service finds nothing wrong", async () => {
    expect(await findings(`workflows-templates/${name}.yml`)).toEqual([]);
  });

  test("it has what an organisation's starter workflow needs beside it", () => {
    const properties = JSON.parse(readFileSync(join(TEMPLATES, `${name}.properties.json`), "utf8")) as Record<
      string,
      unknown
    >;
    expect(properties).toEqual({
      name: expect.stringMatching(/^[A-Z].{3,40}$/) as unknown,
      description: expect.stringMatching(/^[A-Z].{20,120}[.?]$/) as unknown,
      iconName: expect.stringMatching(/^octicon [a-z-]+$/) as unknown,
      categories: expect.any(Array) as unknown,
      filePatterns: ["^trainyard\\.ya?ml$"],
    });
    expect(workflow.name).toBe(name);
  });

  test("nothing is granted to everybody, and each grant has its reason", () => {
    expect(workflow.permissions).toEqual({});
    for (const line of text.split("\n").filter((one) => /^ {6}[a-z-]+: (?:read|write)/.test(one)))
      expect(line).toMatch(/: (?:read|write) # \S/);
  });

  test("no text from outside is part of a command", () => {
    const commands = Object.values(workflow.jobs).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
    for (const command of commands) expect(command).not.toContain("${{");
  });
});

describe.each(jobs)("%s", (_name, job) => {
  test("it is allowed exactly what its actions need", async () => {
    const needed: Record<string, Level> = {
      ...(job.steps.some(({ uses }) => CHECKOUT.test(uses ?? "")) ? { contents: "read" } : {}),
    };
    for (const name of actionsOf(job)) {
      const steps = job.steps.filter(({ uses }) => ourAction(uses ?? "") === name);
      for (const { scope, access, why } of (await actions[name as ActionName]()).permissions) {
        // Some grants are for an input only, and say which: "with `reuse`: …".
        const inputs = [...(/^with (.+?):/.exec(why)?.[1] ?? "").matchAll(/`([a-z-]+)`/g)].map(
          ([, input = ""]) => input,
        );
        if (inputs.length > 0 && !steps.some((step) => inputs.some((input) => step.with?.[input] !== undefined)))
          continue;
        if (LEVEL[access] > LEVEL[needed[scope] ?? "none"]) needed[scope] = access;
      }
    }
    expect(job.permissions ?? {}).toEqual(needed);
  });

  test("its actions are ours by their long name, or pinned to a commit; checkouts keep no token", () => {
    for (const { uses, with: given = {} } of job.steps) {
      if (uses === undefined) continue;
      if (ourAction(uses) !== null) expect(uses).toMatch(/@v1$/);
      else {
        expect(uses).toMatch(CHECKOUT);
        expect(given["persist-credentials"]).toBe(false);
      }
    }
  });

  test("each key of with: is an input of the action, and each output that is read is one of its outputs", () => {
    const outputs = new Map(job.steps.map(({ id, uses }) => [id, uses]));
    for (const { uses, with: given = {} } of job.steps) {
      const action = ourAction(uses ?? "");
      if (action === null) continue;
      const known = Object.keys(ours("trainyard/trainyard", `actions/${action}`)?.inputs ?? {});
      for (const key of Object.keys(given)) expect(known, `${action} has no input ${key}`).toContain(key);
    }
    for (const [, id = "", output = ""] of JSON.stringify(job).matchAll(/steps\.([a-z-]+)\.outputs\.([a-z-]+)/g)) {
      const action = ourAction(outputs.get(id) ?? "");
      expect(Object.keys(ours("trainyard/trainyard", `actions/${action}`)?.outputs ?? {})).toContain(output);
    }
  });

  test("it runs on a machine that no training uses, when it can write", () => {
    const trains = actionsOf(job).includes("train");
    if (trains) expect(writes(job), "user code must not meet a token that writes").toBe(false);
    else expect(JSON.stringify(job["runs-on"])).not.toContain("gpu");
  });

  test("writers of the registry wait for each other, and none is dropped", () => {
    if (job.permissions?.["contents"] !== "write") return;
    expect(job.concurrency).toEqual({ group: "trainyard-registry", queue: "max" });
  });
});

test.each(Object.keys(actions))("GitHub's language service finds nothing wrong in action.yml of %s", async (name) => {
  expect(existsSync(join(ROOT, `actions/${name}/action.yml`))).toBe(true);
  expect(await findings(`actions/${name}/action.yml`)).toEqual([]);
});

test("the language service does find what is wrong: an input that is not there, a job that is not there, a wrong permission", async () => {
  const text = templateText("retrain")
    .replace("bundle: ${{ needs.train", "bundel: ${{ needs.train")
    .replace("needs: train", "needs: trian")
    .replace("actions: read", "actions: reed");
  expect((await findings("workflows-templates/retrain.yml", text)).length).toBeGreaterThanOrEqual(3);
});

test("every workflow of this repository is one GitHub would take, too", async () => {
  for (const name of readdirSync(join(ROOT, ".github/workflows")))
    expect(await findings(`.github/workflows/${name}`)).toEqual([]);
});
