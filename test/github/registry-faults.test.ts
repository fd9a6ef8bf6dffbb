import type { Registry } from "@trainyard/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { git } from "../../packages/backends/src/git/git.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { editByHand, REF } from "../contract/edit-by-hand.ts";
import { registerFile } from "../contract/register-file.ts";
import type { FaultKind } from "../github-server/faults.ts";
import { type RegistryWorld, registryWorld } from "./registry-world.ts";

/** What goes wrong between a job and GitHub while the registry is written or read; what must not: an entry lost, or there twice. */
const model = "flight-delays";
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const note = (registry: Registry, text: string) =>
  registry.transact(model, () => ({ events: [{ type: "note", model, text }], result: null }));
let world: RegistryWorld;
const notes = async () =>
  (await (await world.registry(null)).events(model)).flatMap((event) => (event.type === "note" ? [event.text] : []));

beforeEach(async () => {
  world = await registryWorld();
});
afterEach(async () => {
  expect(world.server.violations).toEqual([]);
  await world[Symbol.asyncDispose]();
});

const BREAKS: FaultKind[] = [
  "502-before",
  "502-after",
  "drop-before",
  "drop-after",
  "drop-request-at 40",
  "drop-answer-at 9",
  "secondary-limit",
];

describe("a commit", () => {
  test.each(BREAKS)("that meets %s is there once", async (fault) => {
    await note(await world.registry("first"), "first");
    const registry = await world.registry("here");
    world.server.faults.add({ match: { route: "createCommitOnBranch" }, do: fault });
    await note(registry, "once");
    expect(world.server.faults.waiting).toEqual([]);
    await note(registry, "and on");
    expect(await notes()).toEqual(["first", "once", "and on"]);
  });

  test("that another job's overtakes is decided again on the newer state", async () => {
    await note(await world.registry("first"), "first");
    const [here, there] = [await world.registry("here"), await world.registry("there")];
    const seen: number[] = [];
    await here.transact(model, async () => {
      if (seen.push(0) === 1) await note(there, "theirs");
      return { events: [{ type: "note", model, text: "mine" }], result: null };
    });
    expect(seen.length).toBe(2);
    expect(await notes()).toEqual(["first", "theirs", "mine"]);
  });

  test("on top of one that Trainyard did not make is refused", async () => {
    await note(await world.registry("first"), "first");
    const registry = await world.registry("here");
    world.server.faults.add({ match: { route: "createCommitOnBranch" }, do: "stale-head" });
    await expect(note(registry, "mine")).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
  });

  test("without an answer, on a GitHub that then answers nothing, may have arrived: that is said", async () => {
    await note(await world.registry("first"), "first");
    const registry = await world.registry("here");
    world.server.faults.add({ match: { route: "createCommitOnBranch" }, do: "drop-after" });
    world.server.faults.add({ match: { kind: "git", nth: 4 }, do: "502-before", times: 100 });
    await expect(note(registry, "perhaps")).rejects.toEqual(refusal("OUTCOME_UNKNOWN"));
    world.server.faults.clear();
    expect(await notes()).toEqual(["first", "perhaps"]);
  });

  test("that GitHub's limits hold off for long is refused with a code, and nothing is written", async () => {
    await note(await world.registry("first"), "first");
    const registry = await world.registry("here");
    world.server.faults.add({ match: { kind: "graphql" }, do: "secondary-limit 5000", times: 10 });
    await expect(note(registry, "no")).rejects.toEqual(refusal("GITHUB_LIMIT"));
    world.server.faults.clear();
    expect(await notes()).toEqual(["first"]);
  });
});

describe("the first commit", () => {
  const calls = ["git/trees", "git/commits", "git/refs"];
  test.each(calls.flatMap((call) => BREAKS.slice(0, 4).map((fault) => [call, fault] as const)))(
    "whose %s meets %s makes one registry",
    async (route, fault) => {
      world.server.faults.add({ match: { kind: "rest", route }, do: fault });
      await note(await world.registry("here"), "once");
      expect(world.server.faults.waiting).toEqual([]);
      expect(await notes()).toEqual(["once"]);
      expect(await git(world.server.bare, ["rev-list", "--count", "--max-parents=0", REF])).toBe("1\n");
    },
  );

  test("of four jobs at once makes one registry, and all four stand on it", async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, (_, index) => world.registry(`clone-${index}`)));
    await Promise.all(clients.map((registry, index) => note(registry, String(index))));
    expect((await notes()).sort()).toEqual(["0", "1", "2", "3"]);
  });

  test("in a repository without any is refused with what to do", async () => {
    await using empty = await registryWorld({ empty: true });
    await expect(note(await empty.registry("here"), "no")).rejects.toEqual(refusal("REPOSITORY_EMPTY"));
  });
});

describe("a read", () => {
  test.each([0, 1, 50, 300, 2000])("whose connection ends after %i bytes of an answer is done again", async (bytes) => {
    await registerFile(await world.registry("first"), sha256("one"), sha256);
    for (const nth of [1, 2, 3])
      world.server.faults.add({ match: { kind: "git", nth }, do: `drop-answer-at ${bytes}` });
    expect((await (await world.registry("here")).state(model)).versions.length).toBe(1);
  });

  test("of a GitHub that stays away is refused as that, never as an empty registry", async () => {
    await note(await world.registry("first"), "first");
    world.server.faults.add({ match: { kind: "git" }, do: "502-before", times: 100 });
    await expect((await world.registry("here")).models()).rejects.toEqual(refusal("SERVICE_UNREACHABLE"));
  });

  test("of a branch that was forced back or edited by hand is refused", async () => {
    const registry = await world.registry("here");
    await note(registry, "one");
    const before = await git(world.server.bare, ["rev-parse", REF]);
    await note(registry, "two");
    await registry.models();
    await git(world.server.bare, ["update-ref", REF, before.trim()]);
    await expect((await world.registry("here")).models()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
    await editByHand(world.server.bare, new Map([["models/flight-delays.json", "{}\n"]]), "By hand\n");
    await expect((await world.registry("fresh")).models()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
  });
});

describe("a token", () => {
  test("that may not write is refused with the line the job lacks, and nothing is written", async () => {
    await note(await world.registry("first"), "first");
    const registry = await world.registry("here", world.server.token({ contents: "read" }));
    const failed = (await note(registry, "no").catch((error: unknown) => error)) as { hint: string };
    expect(failed).toEqual(refusal("GITHUB_FORBIDDEN"));
    expect(failed.hint).toContain("permissions:\n    contents: write");
    expect(await notes()).toEqual(["first"]);
  });

  test("that may not make the branch is refused with the same line", async () => {
    const registry = await world.registry("here", world.server.token({ contents: "read" }));
    const failed = (await note(registry, "no").catch((error: unknown) => error)) as { hint: string };
    expect(failed).toEqual(refusal("GITHUB_FORBIDDEN"));
    expect(failed.hint).toContain("contents: write");
  });

  test.each([
    ["may not read", () => world.server.token({ issues: "write" })],
    ["is nobody's", () => "ghs_nobody"],
  ])("that %s is refused with the line the job lacks", async (_name, token) => {
    await note(await world.registry("first"), "first");
    const failed = await (await world.registry("here", token())).models().catch((error: unknown) => error);
    expect(failed).toEqual(refusal("GITHUB_FORBIDDEN"));
    expect((failed as { hint: string }).hint).toContain("contents: read");
  });
});
