import { join } from "node:path";
import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";
import { registerTwoModels, registryAt } from "./two-models.ts";

type Refused = { error: { code: string; message: string; hint: string } };

test("a registry made alone is shared by the first command that writes with --push, whatever that command is", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const origin = join(project.root, ".home/origin.git");
  const alone = await project.trainyard("note", "churn", "early", "--push");
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("`git remote add origin URL`")]);
  project.git("init", "--quiet", "--bare", origin);
  project.git("remote", "add", "origin", origin);

  const shared = await project.trainyard("alias", "churn@newest", "best", "--push");
  expect(`${shared.code} ${shared.stderr}`).toMatch(/^2 .*newest/s); // refused as before: nothing is shared by a mistake
  expect(project.git("ls-remote", "origin", "refs/heads/trainyard/*")).toBe("");
  const done = await project.trainyard("alias", "churn@1", "best", "--push");
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining("this clone's own (3 versions) was pushed")]);
  const versions = (await project.json<{ version: number }[]>("list", "churn")).value;
  expect(JSON.stringify(versions)).toContain('"best"');

  const unsaid = (await project.json<Refused>("note", "churn", "where?")).value.error;
  expect(unsaid.code).toBe("REGISTRY_ON_ORIGIN");
  expect(unsaid.message).toContain("(3 versions)");
  expect(unsaid.message).not.toContain("second");
  const local = await project.trainyard("note", "toy", "mine", "--local");
  expect([local.code, local.stderr]).toEqual([0, expect.stringContaining("refs/trainyard/local/registry")]);
  await registryAt(project.root, null, async (registry) =>
    expect((await registry.events("toy")).some((event) => event.type === "note")).toBe(false),
  );
}, 120_000);

test("--push on a command that only reads is refused, and so are both flags at once", async () => {
  using project = new ToyProject();
  for (const words of [
    ["list", "--push"],
    ["note", "toy", "x", "--push", "--local"],
  ]) {
    const { value, code } = await project.json<Refused>(...words);
    expect([code, value.error.code]).toEqual([2, "INPUT_INVALID"]);
  }
});
