import { planVerb } from "@trainyard/backends/verbs/plan";
import { matrixOf } from "@trainyard/core";
import { describe, expect, test } from "vitest";
import { config, ToyProject } from "./toy-project.ts";

const two = `${config}  other:
    task: binary
    train: { run: node other.mjs, code: [other.mjs, "lib/**"], outputs: [other.json] }
    evaluate: { predictions: other.csv }
`;

/** A repository of two models on a branch that left main, with what the branch changed. */
function onBranch(change: (project: ToyProject) => void): ToyProject {
  const project = new ToyProject({ config: two, commit: false });
  project.write("other.mjs", "// nothing yet\n");
  project.commit("Two models");
  project.git("switch", "-q", "-c", "work");
  change(project);
  return project;
}

async function plan(project: ToyProject, inputs: { changed?: boolean; base?: string; drift?: boolean } = {}) {
  const { models } = await planVerb(project.root, { changed: false, drift: false, ...inputs });
  return Object.fromEntries(matrixOf(models).include.map(({ model, because }) => [model, because]));
}

describe("a change touches a model", () => {
  test.each<[string, (project: ToyProject) => void, Record<string, string>]>([
    ["nothing", () => {}, {}],
    ["words only", (p) => p.write("README.md", "# Toys\n"), {}],
    ["the params of one", (p) => p.write("params.yaml", "noise: 0.1\n"), { toy: "params" }],
    ["code that only one names", (p) => p.write("lib/deep/a.mjs", "1\n"), { toy: "code", other: "code" }],
    ["code of the model without a code: list", (p) => p.write("train.mjs", "1\n"), { toy: "code" }],
    ["a lock file", (p) => p.write("requirements.txt", "numpy\n"), { toy: "locks", other: "locks" }],
    [
      "how it is trained",
      (p) => p.write("trainyard.yaml", two.replace("node other.mjs", "node other.mjs -v")),
      { other: "config" },
    ],
    ["where it is deployed", (p) => p.write("trainyard.yaml", two.replace("serving/production", "serving/live")), {}],
    [
      "a model that was not there",
      (p) => p.write("trainyard.yaml", two.replace("  other:", "  third:")),
      { third: "new" },
    ],
    [
      "code that the change itself calls a place to deploy to",
      (p) => {
        p.write("trainyard.yaml", two.replace("path: serving/production", "path: lib"));
        p.write("lib/a.mjs", "1\n");
      },
      { toy: "code", other: "code" },
    ],
    [
      "code that the change itself calls another model's output",
      (p) => {
        p.write(
          "trainyard.yaml",
          two.replace("outputs: [model.json, metrics.json]", "outputs: [model.json, metrics.json, other.mjs]"),
        );
        p.write("other.mjs", "2\n");
      },
      { toy: "config+code", other: "code" },
    ],
    ["a removed file", (p) => p.git("rm", "-q", "other.mjs"), { toy: "code", other: "code" }],
  ])("by %s", async (_name, change, expected) => {
    using project = onBranch((p) => {
      change(p);
      p.git("add", "-A");
      if (p.git("status", "--porcelain") !== "") p.commit("A change");
    });
    expect(await plan(project, { changed: true })).toEqual(expected);
  });

  test("by what is not committed yet, and not by what main did meanwhile", async () => {
    using project = onBranch(() => {});
    project.git("switch", "-q", "main");
    project.write("train.mjs", "// main went on\n");
    project.commit("Main");
    project.git("switch", "-q", "work");
    expect(await plan(project, { changed: true })).toEqual({});
    project.write("lib/new.mjs", "1\n");
    expect(await plan(project, { changed: true, base: "main" })).toEqual({ toy: "code", other: "code" });
  });
});

test("without --changed every model is meant, with --drift those that are watched", async () => {
  using project = onBranch(() => {});
  expect(await plan(project)).toEqual({ toy: "all", other: "all" });
  expect(await plan(project, { drift: true })).toEqual({ toy: "all" });
  expect((await project.json("plan", "--drift")).value).toEqual({ include: [{ model: "toy", because: "all" }] });
  expect((await project.trainyard("plan", "--changed")).stdout).toContain("No model changed since");
});

test("a branch that is new to the push has only new models, a base that is not there is refused", async () => {
  using project = onBranch(() => {});
  expect(await plan(project, { changed: true, base: "0".repeat(40) })).toEqual({ toy: "new", other: "new" });
  for (const base of ["f".repeat(40), "--output=/tmp/x", "no-such"]) {
    await expect(plan(project, { changed: true, base })).rejects.toMatchObject({ code: "BASE_UNKNOWN" });
  }
});
