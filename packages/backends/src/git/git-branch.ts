import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Actor,
  type BranchCommit,
  type Clock,
  type CommitMessage,
  commitText,
  type RegistryBranch,
  type Revision,
  TrainyardError,
} from "@trainyard/core";
import { findRepository, lastWords, type Repository, runGit } from "./git.ts";
import { type Commit, GitTrees } from "./git-trees.ts";
import { EMAIL, identityOf, oneLine, personOf } from "./identity.ts";
import { ObjectReader } from "./object-reader.ts";
import { ObjectBatch } from "./object-writer.ts";
import { changesByFolder } from "./tree.ts";
import { RefMover } from "./update-ref.ts";
import { inTurn } from "./write-turn.ts";

export interface GitBranchOptions {
  /** A folder of the repository. */
  readonly folder: string;
  /** The full name of the ref the branch is. */
  readonly ref: string;
  /** The branch's name for people. */
  readonly name: string;
  /** Where the newest head seen here is remembered; a ref, so that git keeps those objects. */
  readonly seen: string;
  readonly actor: Actor;
  readonly clock: Pick<Clock, "now">;
  /** What was asked and started already. */
  readonly opened?: { readonly repository: Repository; readonly reader: ObjectReader };
}

/** Commits up to which asking for one after the other is faster than a process. */
const FEW = 50;

export interface GitBranch extends RegistryBranch {
  /** Writes the objects of a commit without moving anything. */
  write(
    parent: Revision | null,
    changes: ReadonlyMap<string, string | null>,
    message: CommitMessage,
  ): Promise<Revision>;
  /** Asks for a head; refuses one that does not descend from the newest seen here, and remembers it. @throws REGISTRY_DAMAGED */
  accept(ask: () => Promise<Revision | null>): Promise<Revision | null>;
  /** Where a ref of the repository is, asked of the child that reads; null when there is none. */
  at(ref: string): Promise<Revision | null>;
  /** Remembers a head that this client made. */
  remember(head: Revision): Promise<void>;
  /** Writes the files of a commit, as a server will make it of them: what it must come to. */
  draft(parent: Revision | null, changes: ReadonlyMap<string, string | null>, message: CommitMessage): Promise<Commit>;
  /** Takes the commit that a server made of a draft for read, before it was fetched. */
  adopt(revision: Revision, draft: Commit): void;
  /** A commit that was fetched, written or adopted. */
  has(revision: Revision): Promise<boolean>;
  /** Lets the reading child go; the branch can be used again. */
  close(): void;
}

/**
 * A registry branch on a ref of a git repository, by plumbing alone: the index, the working tree and HEAD are never touched. Works in worktrees,
 * bare repositories and shallow clones.
 * @throws GIT_MISSING, NO_REPOSITORY
 */
export async function openGitBranch(options: GitBranchOptions): Promise<GitBranch> {
  const repository = options.opened?.repository ?? (await findRepository(options.folder));
  const reader = options.opened?.reader ?? new ObjectReader(repository.commonFolder);
  const trees = new GitTrees(reader, repository);
  const { folder, ref, name, seen } = { ...options, folder: repository.commonFolder };
  const mover = new RefMover(folder, identityOf(options.actor));

  /** The newest head this client accepted. */
  let accepted: Revision | null = null;

  const at = async (name: string) => (await reader.ask(name))?.id ?? null;

  async function head(): Promise<Revision | null> {
    return accept(async () => (await at(ref)) ?? (await confirmAbsent(folder, ref)));
  }

  /** What was seen is looked up before the head, so that a writer in between never makes it newer. */
  async function accept(ask: () => Promise<Revision | null>): Promise<Revision | null> {
    const known = accepted;
    const asked = reader.ask(seen); // answered before any later question, so both may go at once
    asked.catch(() => {}); // awaited below
    const revision = await ask();
    const kept = (await asked)?.id ?? null;
    for (const before of new Set([kept, known])) {
      if (before === null || before === revision) continue;
      if (revision !== null && (await descends(repository, trees, revision, before))) continue;
      const problem = `${revision === null ? "it was removed" : `it is at ${revision}`}, which does not follow ${before}, seen here before (kept as ${seen}; \`git update-ref -d ${seen}\` accepts it)`;
      throw new TrainyardError("REGISTRY_DAMAGED", { where: name, problem, seen });
    }
    // Kept once a client: a commit keeps its own, and where nothing can be written the next client checks against the older one.
    if (known === null && revision !== null && kept !== revision) await remember(revision);
    accepted = revision;
    return revision;
  }

  async function remember(revision: Revision): Promise<void> {
    accepted = revision;
    await runGit(folder, ["update-ref", seen, revision]);
  }

  async function filesOf(
    parent: Revision | null,
    changes: ReadonlyMap<string, string | null>,
    { subject, event }: CommitMessage,
    batch: ObjectBatch,
  ): Promise<Commit> {
    const base = parent === null ? null : (await trees.commit(parent)).tree;
    const tree = (await trees.change(base, changesByFolder(changes), batch)) ?? batch.add("tree", Buffer.alloc(0));
    const message = commitText({ subject: oneLine(subject), event }, tree);
    return { tree, parents: parent === null ? [] : [parent], message };
  }

  async function write(
    parent: Revision | null,
    changes: ReadonlyMap<string, string | null>,
    message: CommitMessage,
  ): Promise<Revision> {
    const batch = new ObjectBatch(repository);
    const commit = await filesOf(parent, changes, message, batch);
    const revision = batch.add("commit", commitBytes(commit, options));
    await batch.write();
    trees.wrote(revision, commit);
    return revision;
  }

  return {
    name,
    head,
    accept,
    at,
    remember,
    write,
    async draft(parent, changes, message) {
      const batch = new ObjectBatch(repository);
      const commit = await filesOf(parent, changes, message, batch);
      await batch.write();
      return commit;
    },
    adopt(revision, draft) {
      trees.wrote(revision, draft);
      accepted = revision;
    },
    has: (revision) => trees.has(revision),
    async read(revision, paths) {
      return trees.read((await trees.commit(revision)).tree, paths);
    },
    async list(revision, inner) {
      return trees.list((await trees.commit(revision)).tree, inner);
    },
    async commit(parent, changes, message) {
      const revision = await write(parent, changes, message);
      await mover.move({ ref, to: revision, from: parent, seen });
      accepted = revision;
      return revision;
    },
    async log(revision, limit) {
      const shallow = await shallowCommits(repository);
      if (limit > FEW) {
        const long = await longLog(folder, revision, limit);
        // git names no parents where a shallow clone was cut off; the commit itself does.
        const parents = async (one: BranchCommit) =>
          shallow.has(one.revision) ? (await trees.commit(one.revision)).parents : one.parents;
        return Promise.all(long.map(async (one) => ({ ...one, parents: await parents(one) })));
      }
      const log: BranchCommit[] = [];
      for (let next: Revision | undefined = revision; next !== undefined && log.length < limit; ) {
        const { parents, message, tree } = await trees.commit(next);
        log.push({ revision: next, parents, message, tree });
        next = shallow.has(next) ? undefined : parents[0]; // a shallow clone ends here; that is no damage
      }
      return log;
    },
    inTurn: (work) => inTurn(join(folder, `${ref.replaceAll("/", "-")}.turn`), work),
    close() {
      reader.close();
      mover.close();
    },
  };
}

/** Null when git knows no such ref. A ref that is there and cannot be read is damage, not an empty registry. */
async function confirmAbsent(folder: string, ref: string): Promise<Revision | null> {
  const { code, stdout, stderr } = await runGit(folder, ["for-each-ref", "--format=%(objectname)", ref]);
  if (code === 0 && stderr === "") return stdout.trim() || null;
  throw new TrainyardError("REGISTRY_DAMAGED", {
    where: ref,
    problem: lastWords(stderr) || `git for-each-ref ended with ${code}`,
  });
}

async function descends(
  repository: Repository,
  trees: GitTrees,
  revision: Revision,
  ancestor: Revision,
): Promise<boolean> {
  if ((await trees.commit(revision)).parents[0] === ancestor) return true;
  const { commonFolder: folder } = repository;
  const isBefore = async (one: Revision, other: Revision) =>
    (await runGit(folder, ["merge-base", "--is-ancestor", one, other])).code === 0;
  if (await isBefore(ancestor, revision)) return true;
  const shallow = await shallowCommits(repository);
  if (shallow.size === 0 || (await isBefore(revision, ancestor))) return false;
  // Where the history that leads here was cut off it cannot tell. That of a registry fetched whole into a shallow clone can.
  const { stdout } = await runGit(folder, ["rev-list", "--first-parent", revision]);
  return stdout.split("\n").some((id) => shallow.has(id));
}

/** Commits from newest to oldest along first parents. */
async function longLog(folder: string, revision: Revision, limit: number): Promise<BranchCommit[]> {
  const words = ["log", "-z", "--first-parent", `--max-count=${limit}`, "--format=%H%n%P%n%T%n%B", revision, "--"];
  const { code, stdout, stderr } = await runGit(folder, words);
  if (code !== 0)
    throw new TrainyardError("REGISTRY_DAMAGED", { where: `commit ${revision}`, problem: lastWords(stderr) });
  return stdout
    .split("\0")
    .filter((text) => text !== "")
    .map((text) => {
      const [id = "", parents = "", tree = "", ...message] = text.split("\n");
      return { revision: id, parents: parents.split(" ").filter(Boolean), message: message.join("\n"), tree };
    });
}

/** Commits whose parents a shallow clone left out. */
async function shallowCommits({ commonFolder }: Repository): Promise<ReadonlySet<string>> {
  try {
    return new Set((await readFile(join(commonFolder, "shallow"), "utf8")).split("\n").filter((id) => id !== ""));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Set();
    throw error;
  }
}

function commitBytes({ tree, parents, message }: Commit, { actor, clock }: GitBranchOptions): Buffer {
  const seconds = Math.max(0, Math.floor(clock.now() / 1000));
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${personOf(actor)} <${EMAIL}> ${seconds} +0000`,
    `committer trainyard <${EMAIL}> ${seconds} +0000`,
    "",
    message,
  ];
  return Buffer.from(lines.join("\n"));
}
