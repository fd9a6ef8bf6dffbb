import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventBody, openRegistry, type Registry, registrationOf, rootDigest } from "@trainyard/core";
import { aDigest, aVersion, memoryBackend } from "@trainyard/core/testing";
import { type GitBranch, openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";

export const REF = "refs/heads/trainyard/registry";

/** A registry of its own in a git repository of its own. */
export interface GitRegistry {
  readonly registry: Registry;
  readonly branch: GitBranch;
  git(...words: string[]): string;
  readonly folder: string;
  /** Paths of all files of the branch. */
  paths(): string[];
  bytes(path: string): Buffer;
  /** Commits that say of themselves what the newest one does, each with other files and the tree that it has; refs by which they are found. */
  forge(changes: readonly Forgery[]): string[];
  close(): void;
}

/** Files by path as they shall be; null: not there. `mode` is that of all of them, `message` the commit's. */
export interface Forgery {
  readonly files: ReadonlyMap<string, Buffer | null>;
  readonly mode?: string;
  readonly message?: string;
}

export async function gitRegistry(): Promise<GitRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "small-registry-"));
  const git = (...words: string[]) => execFileSync("git", ["-C", folder, ...words], { encoding: "utf8" }).trim();
  git("init", "--quiet");
  const { clock, random, actor } = memoryBackend(sha256);
  const branch = await openGitBranch({ folder, ref: REF, name: "trainyard/registry", seen: "refs/seen", actor, clock });
  let forged = 0;
  return {
    registry: openRegistry({ branch, clock, random, actor, sha256 }),
    branch,
    git,
    folder,
    paths: () => git("ls-tree", "-r", "--name-only", REF).split("\n"),
    bytes: (path) => execFileSync("git", ["-C", folder, "cat-file", "blob", `${REF}:${path}`]),
    forge(changes) {
      const refs = changes.map(() => `refs/forged/${forged++}`);
      const parent = git("log", "-1", "--format=%P", REF);
      const written = execFileSync("git", ["-C", folder, "log", "-1", "--format=%B", REF], { encoding: "utf8" });
      const data = (content: Buffer) =>
        Buffer.concat([Buffer.from(`data ${content.length}\n`), content, Buffer.from("\n")]);
      const write = (
        message: (ref: string) => string,
        tree: (ref: string) => string,
        change: (at: number) => Buffer[],
      ) => {
        const input = refs.flatMap((ref, at) => [
          Buffer.from(`commit ${ref}\ncommitter x <x@x.invalid> 0 +0000\n`),
          data(Buffer.from(message(ref))),
          Buffer.from(`from ${parent}\nM 040000 ${tree(ref)} \n`),
          ...change(at),
        ]);
        execFileSync("git", ["-C", folder, "fast-import", "--quiet", "--force"], { input: Buffer.concat(input) });
      };
      const changed = git("rev-parse", `${REF}^{tree}`);
      write(
        () => "",
        () => changed,
        (at) =>
          [...(changes[at] as Forgery).files].flatMap(([path, content]) =>
            content === null
              ? [Buffer.from(`D ${path}\n`)]
              : [Buffer.from(`M ${changes[at]?.mode ?? "100644"} inline ${path}\n`), data(content)],
          ),
      );
      // Once more, now that it is known which tree each message has to name.
      const lines = git("for-each-ref", "--format=%(refname) %(tree)", "refs/forged").split("\n");
      const trees = new Map(lines.map((line) => line.split(" ") as [string, string]));
      const treeOf = (ref: string) => trees.get(ref) as string;
      const messages = new Map(refs.map((ref, at) => [ref, changes[at]?.message ?? written.trimEnd()]));
      const named = (ref: string) =>
        `${messages.get(ref)}\n`.replace(/^Trainyard-Tree: .*/m, `Trainyard-Tree: ${treeOf(ref).slice(0, 16)}`);
      write(named, treeOf, () => []);
      return refs;
    },
    close() {
      branch.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const MODEL = "flight-delays";
const OTHER = "delays.eu";
const filesOf = (bytes: string) => [{ path: "model.onnx", size: 11, digest: sha256(bytes) }];
const rootOf = (bytes: string) => rootDigest(filesOf(bytes), sha256);

function registration(version: number, bytes: string, change: Parameters<typeof aVersion>[0] = {}): EventBody {
  return registrationOf(
    aVersion({ model: MODEL, version, files: filesOf(bytes), rootDigest: rootOf(bytes), ...change }),
  );
}

/** Writes every kind of event, so many for a model that its history has a file: what a year does, in fifty events. */
export async function fillWithEveryKind(registry: Registry): Promise<void> {
  const commit = (...events: EventBody[]) => registry.transactAll([MODEL, OTHER], () => ({ events, result: null }));
  const set = (alias: string, from: number | null, to: number, generation: number): EventBody => ({
    type: "alias.set",
    model: MODEL,
    alias,
    from,
    to,
    generation,
    reason: null,
  });
  await commit({
    type: "evaluation.recorded",
    model: MODEL,
    run: "run-1",
    report: aDigest("3"),
    rootDigest: rootOf("one"),
    verdict: "pass",
    rows: 500,
    baseline: null,
    decidedBy: null,
  });
  await commit(registration(1, "one"), set("staging", null, 1, 1));
  await commit({
    type: "policy.set",
    policy: { aliases: ["staging", "production"], overrides: true },
    reason: "“two”",
  });
  await commit(registration(2, "two", { override: { reason: "known", by: "ana" } }), set("staging", 1, 2, 2));
  const deployed = { version: 2, rootDigest: rootOf("two"), deployment: aDigest("6") };
  await commit(
    {
      type: "deploy.recorded",
      model: MODEL,
      environment: "production",
      ...deployed,
      from: null,
      outcome: "live",
      smoke: "passed",
      reason: "back",
      rollback: true,
    },
    set("production", null, 2, 1),
  );
  await commit({
    type: "drift.detected",
    model: MODEL,
    version: 2,
    verdict: "drift",
    report: aDigest("7"),
    retrain: true,
    summary: "dep_delay moved by 0.3 σ",
  });
  const attested = { predicateType: "https://slsa.dev/provenance/v1", digest: aDigest("8"), subject: rootOf("two") };
  await commit({ type: "attestation.attached", model: MODEL, version: 2, ...attested });
  await commit({ type: "version.withdrawn", model: MODEL, version: 1, reason: "leaked labels" });
  const { run, inputsDigest, commit: code, headCommit, tree, record, evaluation, verdict } = NOTHING;
  const origin = {
    system: "gto",
    name: "eu",
    version: "v1.2.3",
    id: null,
    at: null,
    by: null,
    record: aDigest("9"),
  } as const;
  await commit(
    registration(1, "theirs", {
      model: OTHER,
      ...{ run, inputsDigest, commit: code, headCommit, tree, record, evaluation, verdict },
      origin,
    }),
  );
  await commit(
    ...Array.from({ length: 22 }, (_, index): EventBody => ({ type: "note", model: MODEL, text: `${index} é` })),
  );
  await commit({ type: "note", model: MODEL, version: 2, text: "seen 😀" });
  await commit({ type: "alias.removed", model: MODEL, alias: "staging", from: 2, generation: 3, reason: "done" });
}

/** What an imported version does not have. */
const NOTHING = {
  run: null,
  inputsDigest: null,
  commit: null,
  headCommit: null,
  tree: null,
  record: null,
  evaluation: null,
  verdict: null,
};
