import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isRefusal, TrainyardError } from "../errors.ts";
import { verifyRegistry } from "../register/bytes/verify-registry.ts";
import { aDigest, aVersion, MemoryBranch, MemoryClock, MemoryRandom, MemoryStore } from "../testing/index.ts";
import type { ModelState } from "./fold/model-state.ts";
import { type LoggedEvent, replay } from "./fold/projection.ts";
import { rootDigest } from "./fold/root-digest.ts";
import { type EventBody, type EventOf, type RegistryEvent, registrationOf } from "./log/event.ts";
import type { AliasRule, Policy } from "./log/policy.ts";
import { readLog } from "./read/read-log.ts";
import type { Decision } from "./read/registry.ts";
import { openSnapshot } from "./read/snapshot.ts";
import { openRegistry } from "./write/open-registry.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

const rule: fc.Arbitrary<AliasRule> = fc.record(
  {
    after: fc.constantFrom<string[]>(["staging"], ["champion"]),
    evaluation: fc.constantFrom<{ maxAgeDays?: number }>({}, { maxAgeDays: 1 }),
    attestations: fc.constant<string[]>(["slsa"]),
  },
  { requiredKeys: [] },
);
const aPolicy: fc.Arbitrary<Policy> = fc.record(
  {
    aliases: fc.constantFrom<string[]>(["champion"], ["s*", "champion"], []),
    rules: fc.dictionary(fc.constantFrom("champion", "sta*", "*"), rule, { maxKeys: 2 }),
    overrides: fc.boolean(),
    models: fc.record({ a: fc.record({ rules: fc.constant({ champion: {} }) }) }),
  },
  { requiredKeys: [] },
);

const operation = fc.oneof(
  fc.record({ kind: fc.constant("register" as const), bytes: fc.integer({ min: 0, max: 9 }) }),
  fc.record({
    kind: fc.constant("alias" as const),
    alias: fc.constantFrom("staging", "champion"),
    to: fc.option(fc.integer({ min: 1, max: 3 })),
    /** Whom the writer believes to hold it; absent when that does not matter. */
    expected: fc.option(fc.constantFrom(null, 1, 2), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("deploy" as const),
    environment: fc.constantFrom("staging", "production"),
    version: fc.integer({ min: 1, max: 4 }),
    outcome: fc.constantFrom("live" as const, "live" as const, "rolled-back" as const, "failed" as const),
  }),
  fc.record({ kind: fc.constant("drift" as const), version: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant("withdraw" as const), version: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    kind: fc.constant("evaluate" as const),
    report: fc.integer({ min: 0, max: 9 }),
    bytes: fc.integer({ min: 0, max: 9 }),
  }),
  fc.record({ kind: fc.constant("note" as const), version: fc.option(fc.integer({ min: 1, max: 6 })) }),
  fc.record({
    kind: fc.constant("attest" as const),
    version: fc.integer({ min: 1, max: 6 }),
    type: fc.constantFrom("slsa", "signature"),
  }),
  fc.record({ kind: fc.constant("policy" as const), policy: fc.option(aPolicy) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const fileOf = (bytes: number) => ({ path: "model.onnx", size: 11, digest: aDigest(String(bytes)) });

/** What a well-behaved step decides; nothing where the operation makes no sense now. */
function decide(model: string, operation: Operation, state: ModelState): Decision<null> {
  const nothing = { events: [], result: null };
  switch (operation.kind) {
    case "register": {
      const files = [fileOf(operation.bytes)];
      const root = rootDigest(files, sha256);
      if (state.versions.some((version) => version.rootDigest === root && version.withdrawn === null)) return nothing;
      const version = state.versions.length + 1;
      const manifest = aVersion({ model, version, rootDigest: root, files });
      return { events: [registrationOf(manifest)], result: null };
    }
    case "alias": {
      const { alias, to, expected } = operation;
      const held = state.aliases.get(alias);
      const from = held?.version ?? null;
      if (expected !== undefined && expected !== from) return nothing;
      const generation = (held?.generation ?? 0) + 1;
      if (to === null)
        return from === null
          ? nothing
          : { events: [{ type: "alias.removed", model, alias, from, generation, reason: null }], result: null };
      if (state.versions[to - 1]?.withdrawn !== null) return nothing;
      // As `alias` refuses it: that of a place that was deployed to is set by deploying.
      if (state.deployments.some((one) => one.environment === alias && one.outcome !== "failed")) return nothing;
      return { events: [{ type: "alias.set", model, alias, from, to, generation, reason: null }], result: null };
    }
    case "deploy": {
      const { environment, version, outcome } = operation;
      const found = state.versions[version - 1];
      if (found?.withdrawn !== null) return nothing;
      const held = state.aliases.get(environment);
      const from = held?.version ?? null;
      const recorded: EventBody = {
        type: "deploy.recorded",
        model,
        environment,
        version,
        rootDigest: found.rootDigest,
        from,
        outcome,
        smoke: outcome === "live" ? "passed" : "failed",
        reason: null,
        deployment: sha256(`${environment} ${version} ${outcome}`),
      };
      if (outcome !== "live") return { events: [recorded], result: null };
      const generation = (held?.generation ?? 0) + 1;
      const moved: EventBody = {
        type: "alias.set",
        model,
        alias: environment,
        from,
        to: version,
        generation,
        reason: null,
      };
      return { events: [recorded, moved], result: null };
    }
    case "drift": {
      const { version } = operation;
      if (state.versions[version - 1] === undefined) return nothing;
      const report = sha256(`drift of ${version}`);
      return {
        events: [
          { type: "drift.detected", model, version, verdict: "drift", report, retrain: version === 1, summary: "x" },
        ],
        result: null,
      };
    }
    case "withdraw": {
      const { version } = operation;
      if (state.versions[version - 1]?.withdrawn !== null) return nothing;
      const removed = [...state.aliases.values()]
        .filter((alias) => alias.version === version)
        .map(
          ({ alias, generation }): EventBody => ({
            type: "alias.removed",
            model,
            alias,
            from: version,
            generation: generation + 1,
            reason: null,
          }),
        );
      return { events: [...removed, { type: "version.withdrawn", model, version, reason: "wrong" }], result: null };
    }
    case "evaluate": {
      const report = aDigest(String(operation.report));
      if (state.evaluations.has(report)) return nothing;
      const root = rootDigest([fileOf(operation.bytes)], sha256);
      return {
        events: [
          {
            type: "evaluation.recorded",
            model,
            run: "r",
            report,
            rootDigest: root,
            verdict: "pass",
            rows: 1,
            baseline: null,
            decidedBy: null,
          },
        ],
        result: null,
      };
    }
    case "note": {
      const { version } = operation;
      if (version === null) return { events: [{ type: "note", model, text: "x" }], result: null };
      if (state.versions[version - 1] === undefined) return nothing;
      return { events: [{ type: "note", model, version, text: "x" }], result: null };
    }
    case "attest": {
      const { version, type: predicateType } = operation;
      const subject = state.versions[version - 1]?.rootDigest;
      const digest = sha256(`${predicateType} of ${subject}`);
      if (subject === undefined || state.proofs.attestations(version).some((one) => one.digest === digest))
        return nothing;
      return {
        events: [{ type: "attestation.attached", model, version, predicateType, digest, subject }],
        result: null,
      };
    }
    case "policy":
      return { events: [{ type: "policy.set", policy: operation.policy, reason: "x" }], result: null };
  }
}

/** Several operations of several models decided as one, as a batch does: each model's on the state they all began with. */
function decideAll(items: readonly Item[], states: ReadonlyMap<string, ModelState>): Decision<null> {
  const first = new Map(items.map((item) => [item.model, item])); // one of each model: more would need the state between them
  const decisions = [...first.values()].map(({ model, operation }) =>
    decide(model, operation, states.get(model) as ModelState),
  );
  return { events: decisions.flatMap(({ events }) => [...events]), result: null };
}

/** The policy's rules said a second time, slowly and with nothing in common with the product's: over the whole log before an event. */
function isAllowed(log: readonly LoggedEvent[], index: number): boolean {
  const before = log.slice(0, index).map(({ event }) => event);
  const event = log[index]?.event;
  const set = before.findLast((one) => one.type === "policy.set");
  if (set?.type !== "policy.set" || set.policy === null || event === undefined) return true;
  if (event.type === "version.registered")
    return (event.manifest.override ?? null) === null || set.policy.overrides !== false;
  if (event.type !== "alias.set") return true;
  const glob = (pattern: string) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(event.alias);
  if (set.policy.aliases !== undefined && !set.policy.aliases.some(glob)) return false;
  const own = before.filter((one) => "model" in one && one.model === event.model);
  const wasAt = (alias: string) =>
    own.some((one) => one.type === "alias.set" && one.alias === alias && one.to === event.to);
  const bytes = own.findLast((one) => one.type === "version.registered" && one.version === event.to) as
    | EventOf<"version.registered">
    | undefined;
  return Object.entries(set.policy.rules ?? {}).every(([pattern, all]) => {
    const rule = set.policy?.models?.[event.model]?.rules?.[pattern] ?? all;
    if (!glob(pattern)) return true;
    const passed = own.some(
      (one) => one.type === "evaluation.recorded" && one.verdict === "pass" && one.rootDigest === bytes?.rootDigest,
    );
    const attested = (type: string) =>
      own.some((one) => one.type === "attestation.attached" && one.version === event.to && one.predicateType === type);
    return (
      (rule.after ?? []).every(wasAt) &&
      (rule.evaluation === undefined || passed) &&
      (rule.attestations ?? []).every(attested)
    );
  });
}

/** The invariants of docs/registry.md said a second time, with nothing in common with the product's: every sentence that does not hold. */
function broken(log: readonly LoggedEvent[]): string[] {
  const found: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || found.push(what));
  const versions = new Map<string, { root: string; live: boolean }[]>();
  const holders = new Map<string, { to: number | null; generation: number }>();
  const ended = new Set<string>();
  for (const [index, { event }] of log.entries()) {
    const at = `event ${event.seq}`;
    must(event.seq === index + 1, `${at}: numbers are dense`);
    if (event.operation !== log[index - 1]?.event.operation) {
      must(!ended.has(event.operation), `I12 ${at}: an operation appears once`);
      ended.add(event.operation);
    }
    if (!("model" in event)) continue;
    const own = versions.get(event.model) ?? [];
    versions.set(event.model, own);
    if (event.type === "version.registered") {
      const { rootDigest: root, manifest } = event;
      must(event.version === own.length + 1, `I2 ${at}: versions are 1 … n`);
      must(!own.some((one) => one.live && one.root === root), `I10 ${at}: the same bytes are one version`);
      const digests = manifest.files.map(({ digest }) => Buffer.from(digest.slice("sha256:".length), "hex"));
      must(root === sha256(Buffer.concat(digests)), `I9 ${at}: a root digest is that of the files`);
      own.push({ root, live: true });
    }
    if (event.type === "version.withdrawn") {
      const version = own[event.version - 1];
      must(version?.live === true, `${at}: what is withdrawn stood`);
      if (version !== undefined) version.live = false;
    }
    if (event.type === "alias.set" || event.type === "alias.removed") {
      const name = `${event.model} ${event.alias}`;
      const before = holders.get(name) ?? { to: null, generation: 0 };
      must(event.from === before.to, `I5 ${at}: an alias has one holder`);
      must(event.generation === before.generation + 1, `I5 ${at}: a generation rises by one`);
      holders.set(name, { to: event.type === "alias.set" ? event.to : null, generation: event.generation });
    }
    // After the last event of an operation, and in between: nobody's alias is ever on a withdrawn version.
    for (const [name, { to }] of holders)
      if (to !== null && name.startsWith(`${event.model} `))
        must(own[to - 1]?.live === true, `I6 ${at}: no alias is on a withdrawn version`);
  }
  return found;
}

/** What becomes of a commit's answer. */
type Answer = "arrives" | "is lost after the commit" | "is lost before the commit";

interface Item {
  readonly writer: number;
  readonly model: string;
  readonly operation: Operation;
  /** How many of what follows are done with it, in one commit. */
  readonly batch: number;
}

test("whatever many writers do at once, the branch is what its log says, and every invariant holds", async () => {
  const work = fc.array(
    fc.record({
      writer: fc.integer({ min: 0, max: 3 }),
      model: fc.constantFrom("a", "b"),
      operation,
      batch: fc.constantFrom(0, 0, 0, 2),
    }),
    { minLength: 1, maxLength: 40, size: "max" },
  );
  const answer = fc.constantFrom<Answer>("arrives", "is lost after the commit", "is lost before the commit");
  const lost = fc.array(answer, { maxLength: 30, size: "max" });
  const unreachable = () => new TrainyardError("SERVICE_UNREACHABLE", { service: "origin", problem: "it hung up" });
  await fc.assert(
    fc.asyncProperty(work, lost, fc.scheduler(), async (items, answers, scheduler) => {
      const branch = new MemoryBranch(sha256);
      let asked = 0;
      const commit = async (...words: Parameters<MemoryBranch["commit"]>) => {
        const answer = answers[asked++] ?? "arrives";
        if (answer === "is lost before the commit") throw unreachable();
        const revision = await branch.commit(...words);
        if (answer === "is lost after the commit") throw unreachable();
        return revision;
      };
      // Every look at the branch and every commit may be overtaken by another writer's.
      const slow = scheduler.scheduleFunction.bind(scheduler);
      const writers = [0, 1, 2, 3].map((stream) => {
        const overtaken = Object.assign(Object.create(branch) as MemoryBranch, {
          head: slow(() => branch.head()),
          read: branch.read.bind(branch),
          list: branch.list.bind(branch),
          log: branch.log.bind(branch),
          commit: slow(commit),
        });
        return openRegistry({
          branch: overtaken,
          sha256,
          clock: new MemoryClock(),
          random: new MemoryRandom(stream),
          actor: { name: `w${stream}`, kind: "person" },
        });
      });
      /** Events that the writers were told stand. */
      const told: RegistryEvent[] = [];
      const done = [0, 1, 2, 3].map(async (writer) => {
        const own = items.filter((one) => one.writer === writer);
        for (let at = 0; at < own.length; at++) {
          const together = own.slice(at, at + 1 + (own[at] as Item).batch);
          at += together.length - 1;
          const models = [...new Set(together.map(({ model }) => model))];
          await writers[writer]
            ?.transactAll(models, (states) => decideAll(together, states))
            .then(({ events }) => told.push(...events))
            .catch((error: unknown) => {
              if (!isRefusal(error) || error.code !== "POLICY_FORBIDS") throw error;
            });
        }
      });
      await scheduler.waitFor(Promise.all(done));

      const verification = await verifyRegistry({ branch, sha256, store: new MemoryStore(sha256) }, { blobs: false });
      expect(verification.findings).toEqual([]);
      const snapshot = await openSnapshot({ branch, sha256 });
      if (snapshot === null) return;
      const log = await readLog(snapshot, { branch, sha256 });
      expect(log.filter((_, index) => !isAllowed(log, index))).toEqual([]);
      expect(broken(log)).toEqual([]);
      // What was written is what writers were told was written, once each, although answers were lost.
      const seqs = told.map(({ seq }) => seq).sort((a, b) => a - b);
      expect(seqs).toEqual(log.slice(1).map(({ event }) => event.seq));
      for (const event of told) expect(log[event.seq - 1]?.event).toEqual(event);
      const expected = replay(log, sha256);
      const paths = await branch.list(snapshot.revision, "");
      expect(paths).toEqual([...expected.keys()].sort());
      expect(await branch.read(snapshot.revision, paths)).toEqual(
        new Map(paths.map((path) => [path, expected.get(path)])),
      );
    }),
    { numRuns: 300 },
  );
});

test("changing any one character of any file of a registry is found", async () => {
  const branch = new MemoryBranch(sha256);
  const registry = openRegistry({
    branch,
    sha256,
    clock: new MemoryClock(),
    random: new MemoryRandom(),
    actor: { name: "ana", kind: "person" },
  });
  const steps: Operation[] = [
    { kind: "register", bytes: 1 },
    { kind: "register", bytes: 2 },
    { kind: "evaluate", report: 1, bytes: 1 },
    { kind: "alias", alias: "staging", to: 2, expected: null },
    { kind: "deploy", environment: "production", version: 2, outcome: "live" },
    { kind: "drift", version: 2 },
    { kind: "withdraw", version: 1 },
    { kind: "attest", version: 2, type: "slsa" },
    { kind: "note", version: 2 },
    { kind: "policy", policy: { aliases: ["staging"], rules: { staging: { attestations: ["slsa"] } } } },
    { kind: "alias", alias: "staging", to: null, expected: undefined },
    { kind: "alias", alias: "staging", to: 2, expected: undefined },
  ];
  for (const step of steps) await registry.transact("a", (state) => decide("a", step, state));
  const head = (await branch.head()) as string;
  const message = (await branch.log(head, 1))[0]?.message as string;
  const paths = await branch.list(head, "");
  const files = await branch.read(head, paths);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), fc.integer({ min: 32, max: 126 }), async (path, at, code) => {
      const text = files.get(path) as string;
      const place = at % text.length;
      const changed = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
      fc.pre(
        changed !== text &&
          !(path === "trainyard.json" && changed.includes('"format":') && !changed.includes('"format":1')),
      );
      branch.edit(new Map([[path, changed]]), message);
      const { findings } = await verifyRegistry({ branch, sha256, store: new MemoryStore(sha256) }, { blobs: false });
      branch.edit(new Map([[path, text]]), message);
      expect(findings.length).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});
