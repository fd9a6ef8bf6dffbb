import { spawn } from "node:child_process";
import { type GitObject, ObjectReader } from "../../packages/backends/src/git/object-reader.ts";
import { RefUpdates } from "./ref-updates.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** One path of a new tree: bytes, an object that is there, or null for "not any more". */
export type Change = { readonly path: string } & (
  | { readonly content: Buffer; readonly mode: string }
  | { readonly sha: string; readonly mode: string }
  | { readonly sha: null }
);

export class GitFailed extends Error {}

/**
 * A bare repository that is changed by git's own plumbing; no ref moves without the value it is said to have. Objects are read and refs moved
 * through one process each: starting one costs more than all else a request does.
 */
export class GitRepository {
  readonly path: string;
  readonly #objects: ObjectReader;
  readonly #updates: RefUpdates;
  #next = 0;
  #used = false;

  constructor(path: string) {
    this.path = path;
    this.#objects = new ObjectReader(path);
    this.#updates = new RefUpdates(path, gitEnvironment());
  }

  close(): void {
    this.#objects.close();
    this.#updates.close();
  }

  /** @throws GitFailed with git's words */
  async git(
    words: readonly string[],
    input?: string | Buffer,
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return (await this.bytes(words, input, env)).toString("utf8").trimEnd();
  }

  bytes(
    words: readonly string[],
    input: string | Buffer = "",
    env: Readonly<Record<string, string>> = {},
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = spawn("git", [...words], {
        env: { ...gitEnvironment(), GIT_DIR: this.path, ...env },
        stdio: ["pipe", "pipe", "pipe"],
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (chunk) => out.push(chunk));
      child.stderr.on("data", (chunk) => err.push(chunk));
      child.on("error", reject);
      child.on("close", (code) =>
        code === 0
          ? resolve(Buffer.concat(out))
          : reject(new GitFailed(`git ${words[0]}: ${Buffer.concat(err).toString("utf8").trim()}`)),
      );
      child.stdin.on("error", () => {}); // git may end before it has read all
      child.stdin.end(input);
    });
  }

  /** The object a name means; null when there is none. */
  async object(name: string): Promise<GitObject | null> {
    if (name === "" || name.startsWith("-")) return null;
    if (!/[\s\0]/.test(name)) return this.#objects.ask(name).catch(() => null);
    const id = await this.git(["rev-parse", "--verify", "--quiet", name]).catch(() => null); // a path with a space in it
    return id === null ? null : this.object(id);
  }

  /** The id of the object a name means; null when there is none. */
  async resolve(name: string): Promise<string | null> {
    return (await this.object(name))?.id ?? null;
  }

  /** One ref by its full name; null when there is none, and for what only means an object (`refs/heads/main^`). */
  async ref(ref: string): Promise<{ ref: string; sha: string; type: string } | null> {
    const found = /^refs\/[^^~:?*@\\[\s]+$/.test(ref) ? await this.object(ref) : null;
    return found === null ? null : { ref, sha: found.id, type: found.type };
  }

  /** Whether nothing was ever in it. */
  async isEmpty(): Promise<boolean> {
    this.#used ||= (await this.refs()).length > 0;
    return !this.#used;
  }

  async refs(prefix = "refs/"): Promise<{ ref: string; sha: string; type: string }[]> {
    const lines = await this.git(["for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", prefix]);
    return lines.split("\n").flatMap((line) => {
      const [ref, sha, type] = line.split(" ");
      return ref && sha && type && !ref.startsWith("refs/internal/") ? [{ ref, sha, type }] : [];
    });
  }

  /** @throws GitFailed when the ref has another value meanwhile; `from` null: it must not be there yet */
  async moveRef(ref: string, to: string, from: string | null): Promise<void> {
    await this.#updates.do(`update ${ref} ${to} ${from ?? "0".repeat(to.length)}`).catch((error: Error) => {
      throw new GitFailed(error.message);
    });
  }

  async file(commit: string, path: string): Promise<Buffer | null> {
    const found = await this.object(`${commit}:${path}`);
    return found?.type === "blob" ? found.bytes : null;
  }

  /** A commit on `parent` with these changes, in one process, on no branch yet. @returns its id and its tree's */
  async commit(options: {
    readonly parent: string | null;
    /** The tree the changes are made to; without it, the parent's. */
    readonly base?: string | null;
    readonly changes: readonly Change[];
    readonly message: string;
    readonly author: Person;
    readonly committer: Person;
  }): Promise<{ commit: string; tree: string }> {
    const ref = `refs/internal/${process.pid}-${this.#next++}`;
    const message = Buffer.from(options.message);
    const parts: (string | Buffer)[] = [
      `feature done\ncommit ${ref}\nmark :1\nauthor ${stamp(options.author)}\ncommitter ${stamp(options.committer)}\ndata ${message.length}\n`,
      message,
      "\n",
      ...(options.parent === null ? [] : [`from ${options.parent}\n`]),
      ...(options.base ? [`M 040000 ${options.base} ""\n`] : []),
    ];
    for (const change of options.changes) {
      const path = quoted(change.path);
      if ("content" in change)
        parts.push(`M ${change.mode} inline ${path}\ndata ${change.content.length}\n`, change.content, "\n");
      else parts.push(change.sha === null ? `D ${path}\n` : `M ${change.mode} ${change.sha} ${path}\n`);
    }
    // What it came to is printed; the ref it was made on is gone before it was ever written.
    parts.push(`get-mark :1\nls :1 ""\nreset ${ref}\nfrom ${"0".repeat(40)}\ndone\n`);
    const out = await this.git(
      ["fast-import", "--quiet", "--force", "--date-format=raw"],
      Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))),
    );
    const [, commit, tree] = /^([0-9a-f]{40})\n(?:040000 tree ([0-9a-f]{40})|missing)/.exec(out) ?? [];
    if (commit === undefined) throw new Error(`git fast-import printed ${out}`);
    return { commit, tree: tree ?? EMPTY_TREE };
  }
}

/** Git's id of a tree without anything. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Of the machine's git settings, none: the server must be the same everywhere. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    LC_ALL: "C",
  };
}

const stamp = ({ name, email, date }: Person) =>
  `${name.replaceAll(/[<>\n]/g, "")} <${email.replaceAll(/[<>\n]/g, "")}> ${Math.floor(Date.parse(date) / 1000)} +0000`;

const quoted = (path: string) => `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
