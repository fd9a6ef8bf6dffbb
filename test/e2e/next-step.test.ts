import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

test("what stands in the way is answered with the next step: withdrawn bytes, a rollback, a failed newest run, lost bytes", async () => {
  using project = new ToyProject();
  await project.firstVersion();
  const again = async () => {
    for (const verb of ["train", "evaluate"]) await project.trainyard(verb);
    return project.trainyard("register", "--override", "--reason", "test");
  };
  project.write("params.yaml", "noise: 0\nseed: 8\n");
  project.commit("Another seed");
  expect((await again()).code).toBe(0);
  expect((await project.trainyard("withdraw", "toy@2", "--reason", "leak")).code).toBe(0);
  const third = await again();
  expect(third.stderr).toContain("v3 has the same bytes as v2, which was withdrawn: leak");
  expect((await project.trainyard("deploy", "toy@3", "--yes")).stdout).toContain("to live");
  expect((await project.trainyard("rollback", "--reason", "back", "--yes")).stdout).not.toContain("to live");

  const good = readdirSync(join(project.root, ".trainyard/runs/toy"));
  project.write("train.mjs", "process.exit(3);\n");
  project.commit("Break it");
  expect((await project.trainyard("train")).code).toBe(1);
  const stuck = await project.json<{ error: { code: string; hint: string } }>("evaluate");
  const [, run = "none"] = /--run (\S+)/.exec(stuck.value.error.hint) ?? [];
  expect([stuck.value.error.code, good.filter((id) => id.startsWith(run)).length]).toEqual(["RUN_UNFINISHED", 1]);
  expect((await project.trainyard("evaluate", "--run", run)).stderr).not.toContain("error");

  renameSync(join(project.root, ".trainyard/store"), join(project.root, ".home/store"));
  rmSync(join(project.root, "serving"), { recursive: true, force: true });
  const lost = await project.trainyard("deploy", "toy@3", "--yes");
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining("`trainyard restore --from DIR`")]);
  const gc = await project.trainyard("gc");
  expect(gc.stdout).toContain("the store is empty here");
  expect(gc.stderr).toMatch(/and \d+ more documents/);
  expect(gc.stderr).not.toMatch(/(toy v1: record): \1/);
}, 180_000);
