import type { Table } from "./data/table.ts";
import type { Actor, FileRef, Sha256 } from "./document.ts";

/**
 * Everything Trainyard does to the world, as small ports named for a role. Core calls them and implements none
 * but the memory backend of `testing/`. What an adapter cannot do it refuses; it never returns quietly.
 */
export interface Backend {
  readonly branch: RegistryBranch;
  readonly store: Store;
  readonly runs: Runs;
  readonly workspace: Workspace;
  readonly source: Source;
  readonly processes: Processes;
  readonly tables: Tables;
  readonly targets: Targets;
  readonly machine: Machine;
  readonly sha256: Digester;
  readonly clock: Clock;
  readonly random: Random;
  readonly actor: Actor;
  readonly progress: Progress;
}

/** SHA-256 of bytes, or of text as UTF-8. */
export type Digester = (content: string | Uint8Array) => Sha256;

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; `time.ts` turns it into a Timestamp. */
  now(): number;
  /** Monotonic seconds, for durations; never simulated. */
  seconds(): number;
  /** True when the instants are told (TRAINYARD_NOW), not measured. */
  readonly simulated: boolean;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** Randomness for ids and jitter. Statistics never use it: they are seeded by their inputs. */
export interface Random {
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** What a person watches on stderr, or a job in its log. */
export interface Progress {
  /** A thing that happened: one line, `detail` aligned right of it. */
  done(subject: string, text: string, detail?: { seconds?: number; extra?: string }): void;
  /** Work that goes on; shown only on a terminal, replaced by the next call. `share` in 0 … 1, null when unknown. */
  working(text: string, share: number | null): void;
  note(text: string): void;
}

/** A commit of the registry branch: its object id. */
export type Revision = string;

/** The orphan branch every fact stands on. Text files only. Compare-and-swap is its one promise. */
export interface RegistryBranch {
  /** The branch's name, for messages: "trainyard/registry". */
  readonly name: string;
  /** True for a commit of this client that a server, which compared and swapped, said it made: nobody need look whether it stands. */
  confirmed?(revision: Revision): boolean;
  /** The newest commit, null when the branch does not exist. A read error throws; it is never null. */
  head(): Promise<Revision | null>;
  /** The text of those of `paths` that exist at a revision. */
  read(revision: Revision, paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** All file paths below a folder ("" for all) at a revision, sorted by code point. */
  list(revision: Revision, folder: string): Promise<string[]>;
  /**
   * Adds one commit on `parent` (null: the branch must not exist) that writes these files (null: deletes) and moves the branch, if and only if
   * `parent` is still its head. The files hold the operation's id, so that no two writers build the same commit.
   * @throws REGISTRY_CONFLICT when the head is another; then nothing was written.
   */
  commit(
    parent: Revision | null,
    changes: ReadonlyMap<string, string | null>,
    message: CommitMessage,
  ): Promise<Revision>;
  /** Does work while no other writer of this machine does any: only so that nobody decides in vain. Safety is `commit`'s. */
  inTurn?<T>(work: () => Promise<T>): Promise<T>;
  /** Commits from newest to oldest, at most `limit`: to check that history is linear and which event is the newest. */
  log(revision: Revision, limit: number): Promise<BranchCommit[]>;
}

export interface BranchCommit {
  readonly revision: Revision;
  readonly parents: Revision[];
  readonly message: string;
  /** The id of all its files together, where the branch knows one: compared with what the message says. */
  readonly tree?: string;
}

export interface CommitMessage {
  readonly subject: string;
  /** Number and digest of the newest event; stands in the commit as the trailer `Trainyard-Event: …`. */
  readonly event: string;
}

/** Where bytes come from: text or bytes in hand, or a file of the workspace or a run (an absolute path). */
export type Bytes = { readonly text: string } | { readonly file: string };

/** Content-addressed bytes. Every read checks the digest. */
export interface Store {
  /** Stores bytes and returns their digest; storing what is there is free. With `expect`, other bytes are refused. @throws DIGEST_MISMATCH, DISK_FULL */
  put(bytes: Bytes, options?: { expect?: Sha256 }): Promise<{ digest: Sha256; size: number }>;
  has(digest: Sha256): Promise<boolean>;
  /** Text of a document. @throws BLOB_MISSING, DIGEST_MISMATCH */
  text(digest: Sha256, what: string): Promise<string>;
  /** Writes a blob to a file that does not exist yet, checked before it gets its name. @throws BLOB_MISSING, DIGEST_MISMATCH */
  copyTo(digest: Sha256, file: string, what: string): Promise<void>;
  /**
   * When it returns, what was put so far is there for everybody, whatever becomes of this process: called before the commit that names the bytes.
   * Where `put` itself does that, there is nothing left to do. Settling again, also after it failed half-way, does only what is missing.
   */
  settle(home: Home): Promise<void>;
  /** Makes a version findable by tools that know nothing of Trainyard (an OCI index entry, a release's title). */
  publish(version: {
    model: string;
    version: number;
    rootDigest: Sha256;
    files: readonly FileRef[];
    card: string;
  }): Promise<void>;
  /** Reads every blob's bytes again; the digests whose content is another or gone. */
  verify(digests: readonly Sha256[]): Promise<{ digest: Sha256; problem: "missing" | "damaged" }[]>;
  /** Every blob there is. A store that cannot be read throws; it is never empty. */
  list(): Promise<StoredBlob[]>;
  /**
   * Takes blobs away, but those that were stored at or after `before` (milliseconds since 1970), or that lie together with some that stay.
   * @returns Those that were taken away. @throws FILE_UNWRITABLE
   */
  remove(digests: readonly Sha256[], before: number): Promise<Sha256[]>;
}

/** What blobs are kept for: where a store keeps them in groups, its group and what a person reads there. */
export interface Home {
  readonly model: string;
  /** The version's root digest; of bytes that belong to no version, the digest of one of them. */
  readonly digest: Sha256;
  /** "churn v12": a guess, as the number is given later; `publish` says it again. */
  readonly title: string;
  /** The model card, in Markdown. */
  readonly card?: string;
  /** Only these; without them all that was put so far. */
  readonly blobs?: readonly Sha256[];
}

export interface StoredBlob {
  readonly digest: Sha256;
  readonly size: number;
  /** When it was stored last, storing what is there included; milliseconds since 1970 by the clock of the store. */
  readonly storedAt: number;
  /** The store's own index needs it (`publish`). */
  readonly indexed: boolean;
}

/** Run bundles: one folder a run, `record.json` in it. */
export interface Runs {
  /** Makes an empty folder for a run; the record is written last, so a bundle without one is unfinished. */
  create(model: string, id: string): Promise<RunFolder>;
  /** @throws RUN_UNKNOWN, BUNDLE_INVALID */
  open(id: string): Promise<RunFolder>;
  /** Ids of finished runs of a model, newest first. */
  list(model: string): Promise<string[]>;
  /** Models that have a run here, finished or not. */
  models(): Promise<string[]>;
  /** The folder that survives interruption, for trainings of one inputs digest. `holds`: something is in it to resume from. */
  checkpoints(
    model: string,
    inputsDigest: Sha256,
  ): Promise<{ path: string; holds(): Promise<boolean>; clear(): Promise<void> }>;
  /** Holds a model for one training at a time. @throws RUN_BUSY */
  lock(model: string): Promise<() => Promise<void>>;
}

export interface RunFolder {
  readonly id: string;
  /** Absolute path of a file of the bundle. */
  path(name: string): string;
  /** Writes text atomically (temporary name, fsync, rename). */
  write(name: string, text: string): Promise<FileRef>;
  /** Null when the file does not exist. */
  read(name: string): Promise<string | null>;
  /** Copies a file in, hashing it on the way. */
  add(name: string, file: string): Promise<FileRef>;
  ref(name: string): Promise<FileRef | null>;
}

/** The user's project folder: where trainyard.yaml lies and commands run. Paths are relative to it. */
export interface Workspace {
  readonly root: string;
  /** Absolute path of a project path. @throws PATH_OUTSIDE */
  path(relative: string): string;
  read(relative: string): Promise<string | null>;
  /** Files that patterns (globs, files, folders) match, sorted by code point, with digests from a cache keyed by path, size, mtime, ctime and inode. */
  files(patterns: readonly string[]): Promise<FileRef[]>;
  /** Moves declared outputs away before a run, so that stale ones never count; `restore` puts back what the run did not write anew. */
  setAside(patterns: readonly string[]): Promise<{ restore(): Promise<void>; discard(): Promise<void> }>;
  /** Declared outputs that exist after a run, each a plain file inside the project. @throws OUTPUT_LINK, PATH_OUTSIDE */
  outputs(patterns: readonly string[]): Promise<FileRef[]>;
  /** Copies a file (absolute path) to a project path, making folders on the way, whole or not at all. @throws PATH_OUTSIDE, DISK_FULL */
  deliver(file: string, relative: string): Promise<FileRef>;
  /** A new empty folder outside the project that the caller removes: what a command is handed and what it writes. */
  scratch(): Promise<Scratch>;
}

export interface Scratch {
  /** Absolute path of a name in the folder; "" for the folder itself. */
  path(name: string): string;
  /** Writes text, making folders on the way. */
  write(name: string, text: string): Promise<void>;
  /** Copies a file in (absolute path), making folders on the way. */
  add(name: string, file: string): Promise<void>;
  /** Text of a file the command wrote; null when it wrote none. */
  read(name: string): Promise<string | null>;
  /** Bytes of a plain file; null when there is none. */
  size(name: string): Promise<number | null>;
  /** Takes the write permission from everything below a name. */
  seal(name: string): Promise<void>;
  /** Removes the folder, sealed or not. */
  remove(): Promise<void>;
}

/** The version control the code lies in. */
export interface Source {
  /** @throws GIT_MISSING, NO_REPOSITORY, NO_COMMIT */
  identity(): Promise<{ commit: string; headCommit: string; tree: string; branch: string | null }>;
  /**
   * Tracked files that differ from the commit, and untracked ones that are not ignored: those that match `patterns` (null: all), without what
   * `except` names (files, folders, globs). Project-relative, sorted by code point.
   */
  uncommitted(patterns: readonly string[] | null, except?: readonly string[]): Promise<string[]>;
  /** Files of the project that count as code: `patterns`, or the tracked ones by default without those that match `except`. */
  code(patterns: readonly string[] | null, except: readonly string[]): Promise<FileRef[]>;
  /** Where a commit left the branch it is to be merged into. @throws BASE_UNKNOWN */
  mergeBase(head: string): Promise<string>;
  /** Whether `commit` is among what led to `of`; false too where it is not known here. */
  isAncestor(commit: string, of: string): Promise<boolean>;
  /** When a commit was made, milliseconds since 1970. */
  committedAt(commit: string): Promise<number | null>;
  /**
   * Files of the project that count as code (as for `code`) and differ between two commits, by path, with their lines added and removed: null for one that
   * is no text. Null where the clone lacks one of the commits: nothing is fetched.
   */
  linesChanged(
    from: string,
    to: string,
    patterns: readonly string[] | null,
    except: readonly string[],
  ): Promise<FileLines[] | null>;
  /** The project as it was at a commit, laid out apart: nothing of the user's changes. Null where the clone does not have the commit. @throws GIT_FAILED */
  checkout(commit: string): Promise<Checkout | null>;
}

export interface FileLines {
  readonly path: string;
  readonly added: number | null;
  readonly removed: number | null;
}

export interface Checkout {
  /** Absolute path of the project's folder as the commit has it; it need not exist there. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Runs the user's commands, each in its own process group, with a small safe environment. */
export interface Processes {
  /** @throws COMMAND_NOT_FOUND */
  run(command: RunCommand): Promise<Exit>;
}
export interface RunCommand {
  readonly step: string;
  /** Split into words and started without a shell, unless the string needs one. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Names and `PREFIX*` the command may see beyond the safe base. */
  readonly passOn: readonly string[];
  /** File the output is appended to. */
  readonly log: string;
  /** Where it runs, an absolute path, when that is not the project's folder; programs that are not there are the project's. */
  readonly folder?: string;
  /** Called with each whole line of output (cut at 8 KiB), values of passed-on variables masked. */
  readonly onLine?: (line: string) => void;
}
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** A stop was asked for while it ran (Ctrl-C, SIGTERM, cancel): interrupted, whatever the code. */
  readonly stopped: boolean;
  readonly seconds: number;
  /** Last 20 lines. */
  readonly tail: readonly string[];
}

/** Reads tables, and writes those that are kept. */
export interface Tables {
  /** The whole table, or the named columns that exist. `file` is absolute; `name` is for messages. @throws TABLE_… , FILE_NOT_FOUND */
  read(file: string, name: string, options?: { columns?: readonly string[] }): Promise<Table>;
  /**
   * Writes a table of numbers and text without nulls as a new Parquet file (absolute), as small as it gets without changing a value: `read` gives an equal
   * table back. Equal tables give equal bytes. @throws NOT_SUPPORTED, FILE_EXISTS, DISK_FULL
   */
  write(file: string, name: string, table: Table): Promise<void>;
}

/** Puts versions where servers read them. */
export interface Targets {
  open(target: { kind: string; path: string }): Target;
}
export interface Target {
  readonly kind: string;
  readonly location: string;
  /** What is really live, read from the target; model and version are null where its own note of them is damaged. @throws TARGET_FOREIGN */
  current(): Promise<{ model: string | null; version: number | null; rootDigest: Sha256 } | null>;
  /** Copies the files in, checked against their digests; no traffic yet. Idempotent by digest. */
  stage(
    version: { model: string; version: number; rootDigest: Sha256; files: readonly FileRef[] },
    store: Store,
  ): Promise<void>;
  /** One atomic move; null takes the current one away (a first deployment that failed). */
  activate(rootDigest: Sha256 | null): Promise<void>;
  /** Removes staged versions beyond the `keep` activated last, never the current one nor the one before it. */
  prune(keep: number): Promise<void>;
  /** Asks the server: waits until /ready names the digest, then sends the golden request. Ends early once `stopped` says so. */
  probe(smoke: {
    url: string;
    timeoutSeconds: number;
    digest: Sha256;
    golden: Golden | null;
    stopped?: () => boolean;
  }): Promise<Probe>;
  /** Holds the target for one deployment at a time. @throws TARGET_BUSY */
  lock(): Promise<() => Promise<void>>;
}
export interface Golden {
  readonly path: string;
  readonly request: unknown;
  readonly response: unknown;
  readonly tolerance: number;
}
export interface Probe {
  readonly served: string | null;
  readonly answer: unknown;
  readonly problem: string | null;
  readonly seconds: number;
}

/** What the machine is, for the record. */
export interface Machine {
  describe(): Promise<{
    os: string;
    arch: string;
    cpu: string;
    cores: number;
    memoryBytes: number;
    gpus: { name: string; memoryBytes: number | null; driver: string | null }[];
    python: string | null;
  }>;
}
