import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { serverUnderTest } from "./server-under-test.ts";

const run = promisify(execFile);

/** A clone whose token is in the environment only. */
async function cloned() {
  const { server, token } = await serverUnderTest();
  const folder = mkdtempSync(join(tmpdir(), "trainyard-clone-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const origin = server.environment.GITHUB_SERVER_URL;
  const git = async (...words: string[]) => {
    const { stdout } = await run("git", words, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_COUNT: "3",
        GIT_CONFIG_KEY_0: `http.${origin}/.extraheader`,
        GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
        GIT_CONFIG_KEY_1: "user.name",
        GIT_CONFIG_VALUE_1: "ana",
        GIT_CONFIG_KEY_2: "user.email",
        GIT_CONFIG_VALUE_2: "ana@example.org",
      },
    });
    return stdout.trim();
  };
  await git("clone", "--quiet", `${origin}/octo/flights.git`, ".");
  const commit = async (name: string) => {
    writeFileSync(join(folder, name), name);
    await git("add", name);
    await git("commit", "--quiet", "-m", name);
  };
  return { server, git, commit };
}

test("a fetch of one branch is one look at the refs and one pack", async () => {
  const { server, git } = await cloned();
  await server.push("main", { "new.txt": "new" });
  server.calls.length = 0;
  await git("fetch", "--quiet", "origin", "+refs/heads/main:refs/remotes/origin/main");
  expect(server.calls.map(({ method, route }) => `${method} ${route}`)).toEqual([
    "GET /{owner}/{repo}.git/info/refs",
    "POST /{owner}/{repo}.git/git-upload-pack",
    "POST /{owner}/{repo}.git/git-upload-pack",
  ]);
  expect(await git("show", "origin/main:new.txt")).toBe("new");
});

test("objects that are left out of a partial clone are fetched by id", async () => {
  const { server, git } = await cloned();
  await server.push("topic", { "big.txt": "big" }, "main");
  await git("fetch", "--quiet", "--filter=blob:none", "--depth=1", "origin", "topic");
  expect(await git("show", "FETCH_HEAD:big.txt")).toBe("big");
});

test("a push that comes after somebody else's is rejected, and the other's stays", async () => {
  const { server, git, commit } = await cloned();
  await commit("mine.txt");
  server.faults.add({ match: { kind: "git", route: /POST .*git-receive-pack/ }, do: "stale-head" });
  await expect(git("push", "--quiet", "origin", "main")).rejects.toThrow(
    /rejected|failed to update ref|cannot lock ref/,
  );
  expect(await server.world.git.git(["log", "-1", "--format=%an", "main"])).toBe("Somebody else");
  expect(server.faults.fired).toHaveLength(1);
});

// libcurl itself sends a request again when a connection that was used before ends without an answer.
test.each([
  ["502-before", "fails", false],
  ["502-after", "fails", true],
  ["drop-before", "is sent again by libcurl", true],
  ["drop-after", "fails", true],
  ["drop-request-at 10", "is sent again by libcurl", true],
] as const)("a push that meets %s %s; that it is there then: %s", async (fault, outcome, done) => {
  const { server, git, commit } = await cloned();
  await commit("mine.txt");
  server.faults.add({ match: { kind: "git", route: /POST .*git-receive-pack/ }, do: fault });
  const ended = await git("push", "--quiet", "origin", "main").then(
    () => "is sent again by libcurl",
    () => "fails",
  );
  expect([ended, (await server.world.git.resolve("main:mine.txt")) !== null]).toEqual([outcome, done]);
  expect(server.faults.fired).toHaveLength(1);
  await git("push", "--quiet", "origin", "main"); // run again, it converges
  expect(await server.world.git.git(["show", "main:mine.txt"])).toBe("mine.txt");
});
