import { execFileSync } from "node:child_process";
import { changeAlias, withdraw } from "@trainyard/core";
import { afterEach, beforeEach, expect } from "vitest";
import { atRegistry, registerVersion } from "../e2e/register-version.ts";
import { ToyProject } from "../e2e/toy-project.ts";
import { engineTest } from "./engine-test.ts";
import { GTO } from "./python-engine.ts";

let project: ToyProject;
beforeEach(() => {
  project = new ToyProject();
});
afterEach(() => project[Symbol.dispose]());

type Shown = Record<string, { version: string | null; stage: Record<string, string | null> }>;
interface Told {
  readonly artifact: string;
  readonly event: string;
  readonly version: string;
  readonly stage: string | null;
  readonly commit: string;
  readonly author: string;
}
const GTO_WORDS: Readonly<Record<string, string>> = {
  "version.registered": "registration",
  "version.withdrawn": "deregistration",
  "alias.set": "assignment",
  "alias.removed": "unassignment",
};

engineTest(
  GTO,
  "gto shows of mirrored models what the registry says, also of one second, and goes on from there",
  async (bin) => {
    const gto = (...words: string[]) =>
      execFileSync(bin("gto"), words, {
        cwd: project.root,
        encoding: "utf8",
        env: project.environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
    const commits: string[] = [];
    for (const number of [1, 2, 3, 4, 5]) {
      project.write("count", `${number}`);
      project.commit(`commit ${number}`);
      commits.push(project.git("rev-parse", "HEAD").trim());
    }
    const place = { reason: "measured", environments: [] };
    const alias = (model: string, name: string, version: number | null) =>
      atRegistry(project, "2026-03-01T12:00:00Z", (registry) =>
        changeAlias({ ...place, model, alias: name, version }, { registry }),
      );
    await atRegistry(project, "2026-03-01T12:00:00Z", async (registry) => {
      for (const model of ["toy", "other_model"])
        for (const [index, commit] of commits.entries())
          await registerVersion(registry, { model, bytes: `${index}`, commit });
    });
    await alias("toy", "production", 1);
    await alias("toy", "production", 2);
    await alias("toy", "production", 1); // back
    await alias("toy", "staging", 4);
    await alias("toy", "staging", 3);
    await alias("other_model", "production", 5);
    await alias("other_model", "production", 4);
    await alias("other_model", "production", null);
    await atRegistry(
      project,
      "2026-03-01T11:00:00Z",
      (
        registry, // a clock that runs backwards
      ) => withdraw({ ...place, model: "toy", version: 5, reason: "leaked labels" }, { registry }),
    );
    await project.json("mirror", "gto");

    const ours = async (model: string) => {
      const { value } = await project.json<{ version: number; aliases: string[]; withdrawn: string | null }[]>(
        "list",
        model,
      );
      return {
        versions: value
          .filter(({ withdrawn }) => withdrawn === null)
          .map(({ version }) => `v${version}.0.0`)
          .sort(),
        stages: Object.fromEntries(
          value.flatMap(({ version, aliases }) => aliases.map((one) => [one, `v${version}.0.0`])),
        ),
      };
    };
    const theirs = (model: string) => {
      const stage = (JSON.parse(gto("show", "--json")) as Shown)[model]?.stage ?? {};
      const versions = JSON.parse(gto("show", model, "--json")) as { version: string }[];
      return {
        versions: versions.map(({ version }) => version).sort(),
        stages: Object.fromEntries(Object.entries(stage).filter(([, version]) => version !== null)),
      };
    };
    expect(await ours("toy")).toEqual({
      versions: ["v1.0.0", "v2.0.0", "v3.0.0", "v4.0.0"],
      stages: { production: "v1.0.0", staging: "v3.0.0" },
    });
    for (const model of ["toy", "other_model"]) expect(theirs(model), model).toEqual(await ours(model));
    expect(JSON.parse(gto("show", "toy#production", "--json"))).toMatchObject([{ version: "v1.0.0" }]);
    expect(JSON.parse(gto("show", "other_model#production", "--json"))).toEqual([]);

    // Its history is our log, each model's in our order; what nobody holds any more takes a tag for everyone who held it.
    const events = (
      await project.json<{ type: string; model?: string; version?: number; to?: number; alias?: string }[]>("history")
    ).value;
    const told = (JSON.parse(gto("history", "--json")) as Told[]).reverse();
    for (const model of ["toy", "other_model"]) {
      const wanted = events
        .filter((event) => event.model === model && event.type in GTO_WORDS)
        .map((event) => `${GTO_WORDS[event.type]} ${event.alias ?? `v${event.version}.0.0`}`);
      const found = told
        .filter(({ artifact }) => artifact === model)
        .map(({ event, version, stage }) => `${event} ${stage ?? version}`);
      expect(found.filter((line, at) => line !== found[at - 1] || !line.startsWith("un"))).toEqual(wanted);
    }
    expect(new Set(told.map(({ author }) => author))).toEqual(new Set(["Ana ana"]));

    // A person goes on with GTO: its counter follows ours, and it takes our names for its own.
    gto("assign", "toy", "--version", "v2.0.0", "--stage", "candidate");
    const imported = (await project.json<{ written: number }>("import", "gto")).value;
    expect(imported.written).toBe(1);
    expect((await project.json<{ tags: unknown[] }>("mirror", "gto")).value.tags).toEqual([]);
    await project.json("alias", "toy@4", "candidate");
    await project.json("mirror", "gto");
    expect(theirs("toy")).toEqual(await ours("toy"));
    gto("deprecate", "toy", "v4.0.0");
    await project.json("import", "gto");
    expect(await ours("toy")).toMatchObject({ versions: ["v1.0.0", "v2.0.0", "v3.0.0"] });
    expect((await project.json<{ tags: unknown[] }>("mirror", "gto")).value.tags).toEqual([]);
    expect(theirs("toy").versions).toEqual((await ours("toy")).versions);
  },
);

engineTest(GTO, "versions of GTO that were imported keep their names, and new ones stand beside them", async (bin) => {
  const gto = (...words: string[]) =>
    execFileSync(bin("gto"), words, {
      cwd: project.root,
      encoding: "utf8",
      env: project.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  project.write("models/artifacts.yaml", "Churn_A:\n  path: churn.pkl\n");
  for (const number of [1, 2]) {
    project.write("models/churn.pkl", `weights ${number}`);
    project.commit(`commit ${number}`);
    gto("register", "models:Churn_A", "--version", `v0.${number}.0`);
  }
  gto("assign", "models:Churn_A", "--version", "v0.1.0", "--stage", "prod");
  await project.json("import", "gto");
  project.write("count", "3");
  project.commit("commit 3");
  const commit = project.git("rev-parse", "HEAD").trim();
  await atRegistry(project, new Date(Date.now() + 1000).toISOString(), async (registry) => {
    await registerVersion(registry, { model: "models-churn_a", bytes: "3", commit });
    await changeAlias(
      { model: "models-churn_a", alias: "prod", version: 3, reason: null, environments: [] },
      { registry },
    );
  });
  const { value } = await project.json<{ tags: { tag: string }[] }>("mirror", "gto");
  expect(value.tags.map(({ tag }) => tag)).toEqual(["models=Churn_A@v3.0.0", "models=Churn_A#prod#2"]);
  expect(JSON.parse(gto("show", "models:Churn_A#prod", "--json"))).toMatchObject([{ version: "v3.0.0" }]);
  expect((await project.json<{ written: number }>("import", "gto")).value.written).toBe(0);
  await project.json("alias", "models-churn_a", "prod", "--remove");
  await project.json("mirror", "gto");
  expect(JSON.parse(gto("show", "models:Churn_A#prod", "--json"))).toEqual([]);
});
