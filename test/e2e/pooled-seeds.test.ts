import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import { rows, ToyProject } from "./toy-project.ts";

interface Refused {
  error: { code: string; message: string };
}

/** A toy whose seed moves its slope a little. */
function seededToy(): ToyProject {
  const project = new ToyProject();
  const script = readFileSync(join(project.root, "train.mjs"), "utf8");
  const moved = "slope: slope * (1 - noise + Number(process.env.TRAINYARD_SEED) / 500)";
  project.write("train.mjs", script.replace("slope: slope * (1 - noise)", moved));
  project.commit("a seed that matters");
  return project;
}

test("three seeds of one recipe are judged together, and the run that was named is registered", async () => {
  using project = seededToy();
  expect((await project.trainyard("train", "--set", "noise=0.7")).code).toBe(0);
  for (const words of [["evaluate"], ["register"], ["deploy", "toy@1", "--environment", "production", "--yes"]])
    expect((await project.trainyard(...words)).code).toBe(0);
  const runs: string[] = [];
  for (const seed of [8, 9, 10]) {
    const { value } = await project.json<{ id: string }>("train", "--set", `seed=${seed}`);
    runs.push(value.id);
  }
  const [first, second, third] = runs as [string, string, string];
  const { value, code } = await project.json<EvaluationReport>(
    ...["evaluate", "--run", first, "--pool", second, "--pool", third, "--report", "out.html", "--report", "out.md"],
  );
  expect({ code, verdict: value.verdict, run: value.candidate.run }).toEqual({ code: 0, verdict: "pass", run: first });
  expect(value.seeds).toMatchObject({
    metric: "log_loss",
    runs: [
      { run: first, seed: 8 },
      { run: second, seed: 9 },
      { run: third, seed: 10 },
    ],
  });
  const values = value.seeds?.runs.map((one) => one.value) as number[];
  expect(new Set(values).size).toBe(3);
  const mean = values.reduce((sum, one) => sum + one, 0) / 3;
  expect(value.metrics.find(({ name }) => name === "log_loss")?.candidate.value).toBeCloseTo(mean, 12);
  for (const name of ["out.html", "out.md"]) {
    const text = readFileSync(join(project.root, name), "utf8");
    expect(text, name).toContain("mean of 3 seeds");
    expect(text, name).toContain(second);
  }
  const registered = await project.json<{ version: number; run: string }>("register", "--run", first);
  expect(registered.value).toMatchObject({ version: 2, run: first });
}, 120_000);

test("runs of another recipe, of the same seed, and one run twice are refused, and it says why", async () => {
  using project = seededToy();
  const train = async (...set: string[]) =>
    (await project.json<{ id: string }>("train", ...set.flatMap((one) => ["--set", one]))).value.id;
  const first = await train("seed=8");
  const other = await train("seed=9", "noise=0.5");
  const pooled = async (id: string) =>
    (await project.json<Refused>("evaluate", "--run", first, "--pool", id)).value.error;
  expect(await pooled(other)).toMatchObject({
    code: "POOL_DIFFERS",
    message: expect.stringContaining("parameter noise"),
  });
  expect(await pooled(first)).toMatchObject({ code: "POOL_SAME", message: expect.stringContaining("pooled twice") });
}, 60_000);

test("files of several seeds are pooled without a project", async () => {
  using project = new ToyProject();
  const scored = (slope: number) => {
    const [, ...lines] = rows({ days: 40, perDay: 25, seed: 5 }).trim().split("\n");
    const text = lines.map((line) => {
      const [id, day, , x, y] = line.split(",");
      return [id, day, (1 / (1 + Math.exp(-slope * Number(x)))).toFixed(6), y].join(",");
    });
    return `id,day,y_score,y_true\n${text.join("\n")}\n`;
  };
  for (const [name, slope] of [
    ["a", 2],
    ["b", 2.1],
    ["c", 1.9],
    ["old", 0.5],
  ] as const)
    writeFileSync(join(project.root, `${name}.csv`), scored(slope));
  const words = ["evaluate", "--candidate", "a.csv", "--pool", "b.csv", "--baseline", "old.csv", "--groups", "day"];
  const { value } = await project.json<EvaluationReport>(...words, "--pool", "c.csv");
  expect(value).toMatchObject({ verdict: "pass", method: { interval: "cluster-t", clusters: 40 } });
  expect(value.seeds?.runs.map(({ run }) => run)).toEqual(["a.csv", "b.csv", "c.csv"]);
  const twice = await project.json<Refused>(...words, "--pool", "a.csv");
  expect(twice.value.error.code).toBe("POOL_SAME");
});
