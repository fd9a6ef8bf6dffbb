import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

const BRANCH = "refs/heads/trainyard/registry";

test("a branch set back behind a tampered commit is accepted by the command the refusal names, and no training runs before", async () => {
  using project = new ToyProject();
  await project.firstVersion();
  const sound = project.git("rev-parse", BRANCH).trim();
  const tampered = project.git("commit-tree", `${sound}^{tree}`, "-p", sound, "-m", "by hand").trim();
  project.git("update-ref", BRANCH, tampered);
  expect((await project.trainyard("verify")).stdout).toContain("Trainyard did not make this commit");

  project.git("update-ref", BRANCH, sound);
  const runs = () => readdirSync(join(project.root, ".trainyard/runs/toy")).length;
  const before = runs();
  const refused = await project.json<{ error: { code: string; hint: string } }>("train");
  expect({ exit: refused.code, code: refused.value.error.code, runs: runs() }).toEqual({
    exit: 2,
    code: "REGISTRY_DAMAGED",
    runs: before,
  });
  expect(existsSync(join(project.root, "model.json"))).toBe(true);

  const [, command] = /`git ([^`]+)`/.exec(refused.value.error.hint) ?? [];
  expect(command).toMatch(/^update-ref -d refs\/trainyard\/seen\//);
  expect((await project.trainyard("verify")).stdout).toContain(command); // verify says the same: it cannot look further either
  project.git(...(command ?? "").split(" "));
  expect((await project.trainyard("verify")).code).toBe(0);
  expect((await project.json<{ version: number }>("show", "toy@production")).value.version).toBe(1);
  expect((await project.trainyard("train")).code).toBe(0);
}, 120_000);
