import { afterAll, beforeAll, expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

const project = new ToyProject();
afterAll(() => project[Symbol.dispose]());

interface Report {
  readonly written: number;
  readonly facts: readonly { label: string; outcome: string; version: number | null; why: string | null }[];
}
const importing = async (...words: string[]) => (await project.json<Report>("import", ...words)).value;

beforeAll(() => {
  const tag = (name: string, ...words: string[]) => project.git("tag", "-a", name, "-m", `About ${name}`, ...words);
  project.write("artifacts.yaml", "toy:\n  path: weights.json\n  labels: [small]\n");
  project.write("weights.json", "{}\n");
  project.commit("First weights");
  tag("toy@v1.0.0");
  project.write("weights.json", '{"slope":2}\n');
  project.commit("Second weights");
  tag("toy@v2.0.0");
  tag("toy#staging#1");
  tag("toy#production#2");
  project.git("tag", "toy@v3.0.0");
  tag("gone@v1.0.0");
});

test("import gto makes versions of a repository's tags, once, and says what it could not carry over", async () => {
  const dry = await project.trainyard("import", "gto", "--dry-run");
  expect(dry.stdout).toContain("2 versions, 1 alias moves");
  expect((await project.json("list")).value).toEqual([]);
  const first = await importing("gto");
  expect(first.facts.map(({ label, outcome, version }) => `${label} ${outcome} ${version}`)).toEqual([
    "toy@v3.0.0 noted null",
    "toy@v1.0.0 carried 1",
    "toy#production#2 left 2",
    "toy#staging#1 carried 2",
    "toy@v2.0.0 carried 2",
    "gone@v1.0.0 left null",
  ]);
  const second = await importing("gto");
  expect(second.written).toBe(0);
  expect((await project.trainyard("verify")).code).toBe(0);
});
