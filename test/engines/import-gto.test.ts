import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect } from "vitest";
import { ToyProject } from "../e2e/toy-project.ts";
import { engineTest } from "./engine-test.ts";
import { GTO } from "./python-engine.ts";

let project: ToyProject;
beforeEach(() => {
  project = new ToyProject();
});
afterEach(() => project[Symbol.dispose]());

interface Report {
  readonly written: number;
  readonly facts: readonly {
    kind: string;
    label: string;
    outcome: string;
    version: number | null;
    why: string | null;
  }[];
}

engineTest(
  GTO,
  "what gto registered, assigned, unassigned and deprecated stands here as gto shows it, once",
  async (bin) => {
    const env = project.environment;
    const gto = (...words: string[]) =>
      execFileSync(bin("gto"), words, { cwd: project.root, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
    project.write("artifacts.yaml", "churn:\n  type: model\n  path: models/churn.pkl\n");
    project.write("nlp/artifacts.yaml", "text:\n  path: text.bin\n");
    project.write("nlp/text.bin", "words");
    for (const number of [1, 2, 3, 4]) {
      project.write("models/churn.pkl", `weights ${Math.min(number, 3)}`);
      project.write("count", `${number}`);
      project.commit(`commit ${number}`);
      gto("register", "churn", "--version", `v1.0.${number}`, "--message", `about ${number}`);
    }
    gto("register", "nlp:text", "--version", "v0.1.0");
    gto("assign", "churn", "--version", "v1.0.1", "--stage", "prod");
    gto("assign", "churn", "--version", "v1.0.2", "--stage", "prod");
    gto("assign", "churn", "--version", "v1.0.4", "--stage", "staging");
    gto("assign", "churn", "--version", "v1.0.2", "--stage", "dev");
    gto("deprecate", "churn", "v1.0.2", "prod"); // v1.0.1 holds it again

    const report = (await project.json<Report>("import", "gto")).value;
    expect(report.facts.filter(({ kind }) => kind === "version")).toMatchObject([
      { label: "churn@v1.0.1", outcome: "carried", version: 1 },
      { label: "churn@v1.0.2", outcome: "carried", version: 2 },
      { label: "churn@v1.0.3", outcome: "carried", version: 3 },
      { label: "churn@v1.0.4", outcome: "same", version: 3 },
      { label: "nlp=text@v0.1.0", outcome: "carried", version: 1 },
    ]);
    expect(report.facts.filter(({ outcome }) => outcome === "left")).toEqual([]);
    expect((await project.json<Report>("import", "gto")).value.written).toBe(0);

    type Shown = Record<string, { stage: Record<string, string | null> }>;
    const holders = async () => {
      const { value } = await project.json<{ origin: { version: string }; aliases: string[] }[]>("list", "churn");
      return Object.fromEntries(
        value.flatMap(({ origin, aliases }) => aliases.map((alias) => [alias, origin.version])),
      );
    };
    const shown = () =>
      Object.fromEntries(
        Object.entries((JSON.parse(gto("show", "--json")) as Shown)["churn"]?.stage ?? {}).filter(
          ([, one]) => one !== null,
        ),
      );
    expect(await holders()).toEqual({ ...shown(), staging: "v1.0.3" }); // v1.0.4 has its bytes
    expect(shown()).toEqual({ prod: "v1.0.1", staging: "v1.0.4", dev: "v1.0.2" });

    gto("deprecate", "churn", "v1.0.2"); // and so it leaves dev
    gto("assign", "churn", "--version", "v1.0.3", "--stage", "prod");
    const more = (await project.json<Report>("import", "gto")).value;
    expect(more.written).toBe(3);
    expect(await holders()).toEqual({ ...shown(), staging: "v1.0.3" });
    gto("deprecate", "churn");
    await project.json("import", "gto");
    expect(await holders()).toEqual({});
    expect((await project.trainyard("verify")).code).toBe(0);
  },
);
