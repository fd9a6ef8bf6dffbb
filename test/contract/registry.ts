import { createHash, randomUUID } from "node:crypto";
import {
  canonicalJson,
  changeAlias,
  type EventOf,
  openRegistry,
  type Registry,
  rootDigest,
  TrainyardError,
  verifyRegistry,
} from "@trainyard/core";
import { aDigest, MemoryClock, MemoryStore } from "@trainyard/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { registerFile } from "./register-file.ts";
import type { BranchHarness } from "./registry-branch.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const model = "flight-delays";
const rootOf = (digit: string) => rootDigest([{ path: "model.onnx", digest: aDigest(digit) }], sha256);

/** Randomness that differs between writers, waits that really wait: writers take turns as in life. */
function portsOver(branch: BranchHarness["branch"]) {
  return {
    branch,
    sha256,
    clock: Object.assign(new MemoryClock(), {
      seconds: () => performance.now() / 1000,
      sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    }),
    random: { uuid: () => randomUUID(), fraction: () => Math.random() },
    actor: { name: "ana", kind: "person" as const },
  };
}

const registerBytes = (registry: Registry, digest: string) => registerFile(registry, digest, sha256);

/** Points an alias at a version. */
async function pointAlias(registry: Registry, alias: string, to: number): Promise<number> {
  const { result } = await registry.transact(model, (state) => {
    const held = state.aliases.get(alias);
    const generation = (held?.generation ?? 0) + 1;
    return {
      events: [{ type: "alias.set", model, alias, from: held?.version ?? null, to, generation, reason: null }],
      result: generation,
    };
  });
  return result;
}

/** What a registry promises over any branch. */
export function registryContract(name: string, open: () => Promise<BranchHarness>): void {
  describe(`a registry over ${name}`, () => {
    let harness: BranchHarness;
    let registry: Registry;
    beforeEach(async () => {
      harness = await open();
      registry = openRegistry(portsOver(harness.branch));
    });
    afterEach(async () => harness.close?.());
    const verified = () =>
      verifyRegistry({ branch: harness.branch, sha256, store: new MemoryStore(sha256) }, { blobs: false });

    test("it is empty before its first write, and reading does not create it", async () => {
      expect(await registry.models()).toEqual([]);
      expect((await registry.state(model)).versions).toEqual([]);
      expect(await registry.events()).toEqual([]);
      await registry.transact(model, () => ({ events: [], result: null }));
      expect(await harness.branch.head()).toBeNull();
    });

    test("a version is registered, found and read back as it was written", async () => {
      expect(await registerBytes(registry, aDigest("b"))).toBe(1);
      expect(await registry.models()).toEqual([model]);
      expect((await registry.state(model)).versions).toMatchObject([
        { version: 1, rootDigest: rootOf("b"), withdrawn: null },
      ]);
      expect(await registry.manifest(model, 1)).toMatchObject({
        version: 1,
        rootDigest: rootOf("b"),
        files: [{ digest: aDigest("b") }],
      });
      await expect(registry.manifest(model, 2)).rejects.toEqual(refusal("VERSION_UNKNOWN"));
      expect((await registry.events(model)).map(({ type }) => type)).toEqual(["version.registered"]);
      expect((await registry.events()).map(({ type, seq }) => `${seq} ${type}`)).toEqual([
        "1 registry.created",
        "2 version.registered",
      ]);
      expect((await verified()).findings).toEqual([]);
    });

    test("several events of a decision are one commit and one operation", async () => {
      await registerBytes(registry, aDigest("b"));
      const before = await harness.branch.log((await harness.branch.head()) as string, 100);
      const { events } = await registry.transact(model, () => ({
        events: [
          { type: "note", model, text: "one" },
          { type: "alias.set", model, alias: "staging", from: null, to: 1, generation: 1, reason: null },
        ],
        result: null,
      }));
      const after = await harness.branch.log((await harness.branch.head()) as string, 100);
      expect(after.length).toBe(before.length + 1);
      expect(new Set(events.map(({ operation }) => operation)).size).toBe(1);
    });

    test("identical payloads of eight writers at once are all kept, each with its own operation", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () =>
          openRegistry(portsOver(harness.other())).transact(model, () => ({
            events: [{ type: "note", model, text: "the same" }],
            result: null,
          })),
        ),
      );
      const notes = (await registry.events(model)) as EventOf<"note">[];
      expect(notes.map(({ text }) => text)).toEqual(Array(8).fill("the same"));
      expect(new Set(notes.map(({ operation }) => operation)).size).toBe(8);
      expect(new Set(outcomes.flatMap(({ events }) => events.map(({ seq }) => seq)))).toEqual(
        new Set(notes.map(({ seq }) => seq)),
      );
      expect((await verified()).findings).toEqual([]);
    });

    test("the same bytes registered by eight writers at once become one version", async () => {
      const versions = await Promise.all(
        Array.from({ length: 8 }, () => registerBytes(openRegistry(portsOver(harness.other())), aDigest("b"))),
      );
      expect(versions).toEqual(Array(8).fill(1));
      expect((await registry.events(model)).length).toBe(1);
    });

    test("other bytes by eight writers at once become versions 1 to 8", async () => {
      const versions = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          registerBytes(openRegistry(portsOver(harness.other())), aDigest(String(index))),
        ),
      );
      expect([...versions].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect((await verified()).findings).toEqual([]);
    });

    test("an operation that arrived although its commit failed is not repeated", async () => {
      const { branch } = harness;
      let failures = 1;
      const flaky = Object.create(branch, {
        commit: {
          value: async (...words: Parameters<typeof branch.commit>) => {
            const revision = await branch.commit(...words);
            if (words[0] !== null && failures-- > 0) throw new Error("connection reset");
            return revision;
          },
        },
        ...Object.fromEntries(
          (["head", "read", "list", "log"] as const).map((key) => [key, { value: branch[key].bind(branch) }]),
        ),
      }) as typeof branch;
      await openRegistry(portsOver(flaky)).transact(model, () => ({
        events: [{ type: "note", model, text: "once" }],
        result: null,
      }));
      expect(failures).toBe(0);
      expect((await registry.events(model)).length).toBe(1);
    });

    /** The branch, but the answer to its first commit on a registry is lost, and the commit arrives only after the next look at the head. */
    const withALateCommit = () => {
      const { branch } = harness;
      let late: (() => Promise<unknown>) | null = null;
      let failures = 1;
      const flaky = Object.create(branch, {
        commit: {
          value: async (...words: Parameters<typeof branch.commit>) => {
            if (words[0] === null || failures-- <= 0) return branch.commit(...words);
            late = () => branch.commit(...words);
            throw new TrainyardError("SERVICE_UNREACHABLE", { service: "origin", problem: "connection reset" });
          },
        },
        head: {
          value: async () => {
            const head = await branch.head();
            const arrive = late;
            late = null;
            await arrive?.().catch(() => {}); // another writer may have been first
            return head;
          },
        },
        inTurn: { value: undefined },
        ...Object.fromEntries(
          (["read", "list", "log"] as const).map((key) => [key, { value: branch[key].bind(branch) }]),
        ),
      }) as typeof branch;
      return openRegistry(portsOver(flaky));
    };

    test("an operation that arrives long after its answer was lost is not repeated", async () => {
      const { events } = await withALateCommit().transact(model, () => ({
        events: [{ type: "note", model, text: "once" }],
        result: null,
      }));
      expect(await registry.events(model)).toEqual(events);
      expect(events.length).toBe(1);
      expect((await verified()).findings).toEqual([]);
    });

    test("an alias that moved by a commit that arrived late was moved by its operation, not by somebody else", async () => {
      await registerBytes(registry, aDigest("b"));
      const settings = { model, alias: "champion", version: 1, expected: null, reason: null, environments: [] };
      expect(await changeAlias(settings, { registry: withALateCommit() })).toMatchObject({
        from: null,
        to: 1,
        changed: true,
      });
      expect((await registry.state(model)).aliases.get("champion")).toMatchObject({ version: 1, generation: 1 });
      await expect(changeAlias(settings, { registry })).rejects.toEqual(refusal("ALIAS_MOVED"));
    });

    test("a commit without an answer that another writer overtook is decided again, and stands once", async () => {
      await registerBytes(registry, aDigest("b"));
      const texts: string[] = [];
      const { events } = await withALateCommit().transact(model, async (state) => {
        if (texts.length === 0) await registerBytes(openRegistry(portsOver(harness.other())), aDigest("c"));
        texts.push(`sees ${state.versions.length}`);
        return { events: [{ type: "note", model, text: texts.at(-1) as string }], result: null };
      });
      expect(texts).toEqual(["sees 1", "sees 2"]);
      expect((await registry.events(model)).filter(({ type }) => type === "note")).toEqual(events);
    });

    test("an operation that did not arrive although its commit succeeded is done again", async () => {
      const { branch } = harness;
      let lies = 1;
      const lying = Object.create(branch, {
        commit: {
          value: async (...words: Parameters<typeof branch.commit>) =>
            words[0] !== null && lies-- > 0 ? "0".repeat(words[0].length) : branch.commit(...words),
        },
        ...Object.fromEntries(
          (["head", "read", "list", "log"] as const).map((key) => [key, { value: branch[key].bind(branch) }]),
        ),
      }) as typeof branch;
      await openRegistry(portsOver(lying)).transact(model, () => ({
        events: [{ type: "note", model, text: "once" }],
        result: null,
      }));
      expect(lies).toBeLessThan(1);
      expect((await registry.events(model)).length).toBe(1);
    });

    test("an alias that was deployed to and then moved by hand is named as the first bad event", async () => {
      await registerBytes(registry, aDigest("b"));
      await registerBytes(registry, aDigest("c"));
      const environment = "production";
      await registry.transact(model, () => ({
        events: [
          {
            type: "deploy.recorded",
            model,
            environment,
            version: 1,
            rootDigest: rootOf("b"),
            from: null,
            outcome: "live",
            smoke: "not-run",
            reason: null,
            rollback: false,
            deployment: aDigest("d"),
          },
          { type: "alias.set", model, alias: environment, from: null, to: 1, generation: 1, reason: null },
        ],
        result: null,
      }));
      expect((await verified()).findings).toEqual([]);
      const settings = { model, alias: environment, version: 2, reason: null, environments: [] };
      await expect(changeAlias(settings, { registry })).rejects.toEqual(refusal("ALIAS_IS_ENVIRONMENT"));
      await pointAlias(registry, environment, 2);
      expect((await verified()).findings).toMatchObject([{ where: "event 6" }]);
    });

    test("a commit by hand is refused on the next read and the next write, and verify names it", async () => {
      await registerBytes(registry, aDigest("b"));
      await harness.edit(new Map([["aliases/flight-delays/production.json", "{}\n"]]));
      await expect(registry.state(model)).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
      await expect(registry.models()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
      await expect(registerBytes(registry, aDigest("c"))).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
      expect((await verified()).findings.length).toBeGreaterThan(0);
    });

    const forgedAs = async () => {
      const [commit] = await harness.branch.log((await harness.branch.head()) as string, 1);
      return commit?.message ?? "";
    };

    test("a forged alias is found although its commit copies a real operation", async () => {
      await registerBytes(registry, aDigest("b"));
      await registerBytes(registry, aDigest("c"));
      await pointAlias(registry, "production", 1);
      const forged = {
        alias: "production",
        version: 2,
        rootDigest: rootOf("c"),
        generation: 1,
        sinceSeq: 4,
        registeredSeq: 3,
      };
      await harness.edit(
        new Map([["aliases/flight-delays/production.json", `${canonicalJson(forged)}\n`]]),
        await forgedAs(),
      );
      await expect(registry.state(model)).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
      expect((await verified()).findings.map(({ where }) => where)).toContain("aliases/flight-delays/production.json");
    });

    test("a character that was changed in any file is found", async () => {
      await registerBytes(registry, aDigest("b"));
      await registerBytes(registry, aDigest("c"));
      await pointAlias(registry, "production", 1);
      const head = (await harness.branch.head()) as string;
      const operation = await forgedAs();
      for (const path of await harness.branch.list(head, "")) {
        const text = (await harness.branch.read(head, [path])).get(path) as string;
        const changed = text.replace(/[a-f0-9](?=[^a-f0-9]*$)/, (digit) => (digit === "a" ? "b" : "a"));
        await harness.edit(new Map([[path, changed === text ? `${text} ` : changed]]), operation);
        const { findings } = await verified();
        expect(findings.length, `${path} was changed`).toBeGreaterThan(0);
        await harness.edit(new Map([[path, text]]), operation);
      }
    });

    test("a registry of a later format is refused with the format it has", async () => {
      await registerBytes(registry, aDigest("b"));
      await harness.edit(new Map([["trainyard.json", '{"format":2,"novelty":true}\n']]));
      await expect(registry.state(model)).rejects.toEqual(refusal("REGISTRY_FUTURE"));
      await expect(registerBytes(registry, aDigest("c"))).rejects.toEqual(refusal("REGISTRY_FUTURE"));
    });

    test("an event of two megabytes is refused and nothing is written", async () => {
      await registerBytes(registry, aDigest("b"));
      const before = await harness.branch.head();
      await expect(
        registry.transact(model, () => ({
          events: [{ type: "note", model, text: "x".repeat(2_000_000) }],
          result: null,
        })),
      ).rejects.toEqual(refusal("TEXT_TOO_LONG"));
      expect(await harness.branch.head()).toBe(before);
    });

    test("a decision that would break the registry is not written", async () => {
      await registerBytes(registry, aDigest("b"));
      await expect(pointAlias(registry, "staging", 9)).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
      expect((await registry.events(model)).length).toBe(1);
    });
  });
}
