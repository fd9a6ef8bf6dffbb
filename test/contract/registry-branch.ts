import type { RegistryBranch } from "@trainyard/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A branch under test, and what somebody else can do to it. */
export interface BranchHarness {
  branch: RegistryBranch;
  /** A second client of the same branch: another process, another clone. */
  other(): RegistryBranch;
  /** Adds a commit by hand. */
  edit(changes: ReadonlyMap<string, string | null>, message?: string): Promise<void>;
  /** Points the branch at another commit, or takes it away, behind the client's back. */
  rewind(revision: string | null): Promise<void>;
  close?(): Promise<void>;
}

let made = 0;
const message = (subject = "A test", event = String(++made)) => ({ subject, event });
const files = (entries: Record<string, string | null>) => new Map(Object.entries(entries));
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });

/** What every RegistryBranch promises. `open` gives one that does not exist yet. */
export function registryBranchContract(name: string, open: () => Promise<BranchHarness>): void {
  describe(`${name} is a registry branch`, () => {
    let harness: BranchHarness;
    let branch: RegistryBranch;
    beforeEach(async () => {
      harness = await open();
      branch = harness.branch;
    });
    afterEach(async () => harness.close?.());

    test("it does not exist before its first commit, and then it does", async () => {
      expect(await branch.head()).toBeNull();
      const root = await branch.commit(null, files({ "a.json": "1\n" }), message());
      expect(await branch.head()).toBe(root);
      expect(await branch.read(root, ["a.json", "b.json", "a.json/c"])).toEqual(files({ "a.json": "1\n" }));
    });

    test("files of deep folders are written, replaced, deleted and listed; each revision keeps its own", async () => {
      const first = await branch.commit(
        null,
        files({ "a/b/c.json": "1", "a/b/d.json": "2", "a.json": "3", ä: "4" }),
        message(),
      );
      const second = await branch.commit(
        first,
        files({ "a/b/c.json": "1'", "a/b/d.json": null, "x/y/z": "5" }),
        message(),
      );
      expect(await branch.list(second, "")).toEqual(["a.json", "a/b/c.json", "x/y/z", "ä"]);
      expect(await branch.list(second, "a")).toEqual(["a/b/c.json"]);
      expect(await branch.list(second, "nothing")).toEqual([]);
      expect(await branch.list(first, "a/b")).toEqual(["a/b/c.json", "a/b/d.json"]);
      expect((await branch.read(second, ["a/b/c.json"])).get("a/b/c.json")).toBe("1'");
      expect((await branch.read(first, ["a/b/c.json"])).get("a/b/c.json")).toBe("1");
    });

    test("text of every script survives, the empty text too", async () => {
      const text = "größer 🚄 \u0000 \r\n";
      const root = await branch.commit(null, files({ text, empty: "" }), message("Größer 🚄"));
      expect(await branch.read(root, ["text", "empty"])).toEqual(files({ text, empty: "" }));
      expect((await branch.log(root, 1))[0]?.message).toContain("Größer 🚄");
    });

    test("of two writers who read the same revision, one is refused and one commit is kept", async () => {
      const root = await branch.commit(null, files({ n: "0" }), message());
      const other = harness.other();
      const outcomes = await Promise.allSettled([
        branch.commit(root, files({ n: "1" }), message()),
        other.commit(root, files({ n: "2" }), message()),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const failed = outcomes.find(({ status }) => status === "rejected") as PromiseRejectedResult;
      expect(failed.reason).toEqual(refusal("REGISTRY_CONFLICT"));
      const head = await branch.head();
      expect(head).toBe(
        (outcomes.find(({ status }) => status === "fulfilled") as PromiseFulfilledResult<string>).value,
      );
      expect((await branch.log(head as string, 10)).length).toBe(2);
    });

    test("of two writers who create it, one is refused", async () => {
      const outcomes = await Promise.allSettled([
        branch.commit(null, files({ n: "1" }), message()),
        harness.other().commit(null, files({ n: "2" }), message()),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    });

    test("the log goes from newest to oldest and says which event was the newest", async () => {
      const numbers = [1, 2, 5];
      let head: string | null = null;
      for (const seq of numbers)
        head = await branch.commit(head, files({ n: String(seq) }), message("Step", String(seq)));
      const log = await branch.log(head as string, 10);
      expect(log.map((entry) => /^Trainyard-Event: (.+)$/m.exec(entry.message)?.[1])).toEqual(["5", "2", "1"]);
      expect(log.map((entry) => entry.parents)).toEqual([[log[1]?.revision], [log[2]?.revision], []]);
      expect((await branch.log(head as string, 2)).length).toBe(2);
    });

    test("another client's commit is seen", async () => {
      const root = await branch.commit(null, files({ n: "0" }), message());
      const next = await harness.other().commit(root, files({ n: "1" }), message());
      expect(await branch.head()).toBe(next);
      expect((await branch.read(next, ["n"])).get("n")).toBe("1");
    });

    test("a branch that went back behind what was seen, or vanished, is refused, never empty", async () => {
      const root = await branch.commit(null, files({ n: "0" }), message());
      await branch.commit(root, files({ n: "1" }), message());
      await branch.head();
      await harness.rewind(root);
      await expect(branch.head()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
      await harness.rewind(null);
      await expect(branch.head()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
    });

    test("a revision that does not exist is refused, never empty", async () => {
      await branch.commit(null, files({ n: "0" }), message());
      await expect(branch.read("0123456789abcdef0123456789abcdef01234567", ["n"])).rejects.toEqual(
        refusal("REGISTRY_DAMAGED"),
      );
    });
  });
}
