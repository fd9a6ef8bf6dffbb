import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

/** A bare repository that is changed by git's own plumbing; no ref moves without the value it is said to have. */
export class GitRepository {
  readonly path: string;
  #next = 0;

  constructor(path: string) {
    this.path = path;
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
  async resolve(name: string): Promise<string | null> {
    if (name.startsWith("-")) return null;
    return this.git(["rev-parse", "--verify", "--quiet", name]).catch(() => null);
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
    await this.git(["update-ref", ref, to, from ?? "0".repeat(to.length)]);
  }

  async file(commit: string, path: string): Promise<Buffer | null> {
    return this.bytes(["cat-file", "blob", `${commit}:${path}`]).catch(() => null);
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
    const folder = mkdtempSync(join(tmpdir(), "trainyard-import-"));
    const marks = join(folder, "marks");
    try {
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
      parts.push("done\n");
      await this.git(
        ["fast-import", "--quiet", "--force", "--date-format=raw", `--export-marks=${marks}`],
        Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))),
      );
      const commit = readFileSync(marks, "utf8").trim().split(" ")[1] as string;
      const tree = await this.git(["rev-parse", `${commit}^{tree}`]);
      await this.git(["update-ref", "-d", ref]);
      return { commit, tree };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

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
