import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";
import { REF, registerTwoModels, registryAt } from "./two-models.ts";

/** Repositories whose settings, surroundings or objects are not as one would wish, seen through the command. */
const refused = (ended: { code: number; stderr: string }, code: string) => {
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  expect(ended.stderr).not.toMatch(/^\s+at /m);
};

test("line ends, signing, a file monitor, hooks that fail and a GIT_DIR elsewhere are no obstacle", async () => {
  using project = new ToyProject();
  const hooks = join(project.root, ".home/hooks");
  mkdirSync(hooks);
  for (const name of ["pre-commit", "commit-msg", "pre-push", "reference-transaction", "post-commit"]) {
    writeFileSync(join(hooks, name), `#!/bin/sh\necho ${name} >> ${hooks}/ran\nexit 1\n`);
    chmodSync(join(hooks, name), 0o755);
  }
  project.write(
    ".home/gitconfig",
    `[core]\nautocrlf = true\neol = crlf\nfsmonitor = ${hooks}/pre-commit\nhooksPath = ${hooks}\n[commit]\ngpgsign = true\n[gpg]\nprogram = /nonexistent\n[push]\ngpgSign = true\n[i18n]\ncommitEncoding = ISO-8859-1\n[log]\nshowSignature = true\n[transfer]\nfsckObjects = true\n`,
  );
  project.environment["GIT_CONFIG_GLOBAL"] = join(project.root, ".home/gitconfig");
  project.environment["GIT_DIR"] = "/nonexistent/.git";
  project.environment["GIT_INDEX_FILE"] = "/nonexistent/index";
  project.environment["GIT_OBJECT_DIRECTORY"] = "/nonexistent/objects";
  await registerTwoModels(project.root);
  expect((await project.trainyard("note", "toy", "größer")).code).toBe(0);
  expect((await project.trainyard("list", "churn")).stdout).toContain("champion");
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
  expect(() => execFileSync("cat", [`${hooks}/ran`], { stdio: "pipe" })).toThrow(); // none of them ran
}, 60_000);

test("a repository of somebody else is refused with the setting that trusts it", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  project.environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"; // git's own switch for its own tests of this
  for (const words of [["list"], ["note", "toy", "hello"]]) {
    const ended = await project.trainyard(...words);
    refused(ended, "REPOSITORY_UNTRUSTED");
    expect(ended.stderr).toContain("git config --global --add safe.directory");
  }
}, 60_000);

test("a bare repository and a worktree of it, with SHA-256 ids", async () => {
  using project = new ToyProject({ below: "work" });
  const bare = join(project.root, "../bare.git");
  rmSync(join(project.root, "../.git"), { recursive: true });
  execFileSync("git", ["init", "-q", "--bare", "--object-format=sha256", "-b", "main", bare]);
  await registerTwoModels(bare);
  const read = (where: string) =>
    registryAt(where, null, async (registry) => (await registry.holder("churn", "champion"))?.version);
  expect(await read(bare)).toBe(2);
  const tree = join(project.root, "../tree");
  execFileSync("git", ["-C", bare, "worktree", "add", "-q", tree, "trainyard/registry"]);
  expect(await read(tree)).toBe(2);
}, 60_000);

/** Every object of the registry as a file of its own, and where the one of a path lies. */
function looseObject(project: ToyProject, name: string): string {
  const id = project.git("rev-parse", name).trim();
  return join(project.root, ".git/objects", id.slice(0, 2), id.slice(2));
}

test.each([
  ["the newest commit", REF],
  ["its tree", `${REF}^{tree}`],
  ["a model's file", `${REF}:models/churn.json`],
  ["an alias's file", `${REF}:aliases/churn/champion.json`],
])(
  "an object that is gone or cut short is damage and never an absence: %s",
  async (_what, name) => {
    using project = new ToyProject();
    await registerTwoModels(project.root);
    const path = looseObject(project, name);
    const head = project.git("rev-parse", REF);
    const bytes = execFileSync("cat", [path]);
    chmodSync(path, 0o644);
    for (const harm of [() => truncateSync(path, 7), () => writeFileSync(path, ""), () => rmSync(path)]) {
      writeFileSync(path, bytes);
      harm();
      for (const words of [
        ["show", "churn@champion"],
        ["list", "churn"],
      ])
        refused(await project.trainyard(...words), "REGISTRY_DAMAGED");
      expect((await project.trainyard("verify", "--no-bytes")).code).toBe(1);
    }
    refused(await project.trainyard("alias", "churn@1", "champion"), "REGISTRY_DAMAGED");
    expect(execFileSync("cat", [join(project.root, ".git", REF)], { encoding: "utf8" })).toBe(head);
  },
  90_000,
);

test("a pack that is damaged is refused, whatever its history says", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  project.git("gc", "--quiet", "--prune=now");
  const pack = execFileSync("sh", ["-c", `ls ${project.root}/.git/objects/pack/*.pack`], { encoding: "utf8" }).trim();
  const bytes = execFileSync("cat", [pack]);
  chmodSync(pack, 0o644);
  const broken = Buffer.from(bytes);
  broken.fill(0xff, 12, broken.length - 20);
  writeFileSync(pack, broken);
  for (const words of [["show", "churn@champion"], ["list"]])
    refused(await project.trainyard(...words), "REGISTRY_DAMAGED");
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(1);
  truncateSync(pack, 40);
  refused(await project.trainyard("list"), "REGISTRY_DAMAGED");
  writeFileSync(pack, bytes);
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
}, 90_000);

test("packed refs locked by a git that was killed do not stand in the way", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  project.git("pack-refs", "--all");
  writeFileSync(join(project.root, ".git/packed-refs.lock"), "");
  expect((await project.trainyard("note", "toy", "hello")).code).toBe(0);
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
}, 60_000);

test("a clock that goes back a day, and events of one second, change nothing: the order is the number's", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const day = 86_400_000;
  const at = [0, -day, -day, -day + 1, 0].map((shift) => 1_800_000_000_000 + shift);
  for (const [index, instant] of at.entries())
    await registryAt(
      project.root,
      null,
      (registry) =>
        registry.transact("churn", ({ aliases }) => {
          const { version: from = null, generation = 0 } = aliases.get("champion") ?? {};
          const to = from === 1 ? 2 : 1;
          return {
            events: [
              {
                type: "alias.set",
                model: "churn",
                alias: "champion",
                from,
                to,
                generation: generation + 1,
                reason: String(index),
              },
            ],
            result: null,
          };
        }),
      () => instant,
    );
  const { stdout } = await project.trainyard("history", "churn", "--json");
  const reasons = (JSON.parse(stdout) as { reason?: string | null; seq: number }[]).flatMap(
    ({ reason }) => reason ?? [],
  );
  expect(reasons).toEqual(["0", "1", "2", "3", "4"]);
  expect((await project.json<{ version: number }>("show", "churn@champion")).value.version).toBe(1);
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
}, 60_000);
