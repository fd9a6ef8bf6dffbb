import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { byCodePoint, type FileRef, type Source, TrainyardError } from "@trainyard/core";
import { whereItLeft } from "./changed-since.ts";
import { checkoutCommit } from "./commit-checkout.ts";
import { findRepository, git, gitFailed, runGit } from "./git.ts";
import { pathFilter } from "./path-filter.ts";

/**
 * The git repository a project lies in, as the source of its code. Patterns are git's: globs where `**` crosses folders and `*` does not, and
 * files and folders by name; relative to the project. Ignored files never count as code.
 *
 * @param root The project's folder: the repository's top or any folder below it.
 */
export function gitSource(root: string): Source {
  return {
    async identity() {
      await findRepository(root);
      const commit = await runGit(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
      if (commit.code !== 0) throw new TrainyardError("NO_COMMIT", { folder: root });
      const tree = (await git(root, ["rev-parse", "--verify", "HEAD^{tree}"])).trim();
      const branch = await runGit(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
      if (branch.code > 1) throw gitFailed(["symbolic-ref", "HEAD"], branch);
      const id = commit.stdout.trim();
      return { commit: id, headCommit: id, tree, branch: branch.code === 0 ? branch.stdout.trim() : null };
    },
    async uncommitted(patterns, except = []) {
      await findRepository(root);
      const words = [
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--ignore-submodules=none",
        "--",
        ...pathspecs(patterns, []),
      ];
      const prefix = (await git(root, ["rev-parse", "--show-prefix"])).replace(/\n$/, "");
      const entries = (await git(root, words)).split("\0").filter((entry) => entry !== "");
      const isExcepted = pathFilter(root, except);
      return entries
        .map((entry) => withoutPrefix(entry.slice(3), prefix))
        .filter((path) => !isExcepted(path))
        .sort(byCodePoint);
    },
    async code(patterns, except) {
      await findRepository(root);
      const specs = pathspecs(patterns, insideOf(root, except));
      const tracked = (await git(root, ["ls-files", "-z", "--stage", "--", ...specs]))
        .split("\0")
        .filter((entry) => entry !== "");
      const untracked =
        patterns === null
          ? []
          : (await git(root, ["ls-files", "-z", "--others", "--exclude-standard", "--", ...specs]))
              .split("\0")
              .filter((path) => path !== "");
      const files = new Map<string, FileRef>();
      for (const entry of tracked) {
        const [, mode, id, path] = /^(\d+) ([0-9a-f]+) \d\t([\s\S]+)$/.exec(entry) ?? [];
        if (path === undefined || id === undefined) continue;
        const file = mode === "160000" ? submodule(path, id) : await fileRef(root, path);
        if (file !== null) files.set(path, file);
      }
      for (const path of untracked) {
        const file = await fileRef(root, path);
        if (file !== null) files.set(path, file);
      }
      return [...files.values()].sort((a, b) => byCodePoint(a.path, b.path));
    },
    async mergeBase(head) {
      await findRepository(root);
      return whereItLeft(root, null, head);
    },
    async isAncestor(commit, of) {
      const { code } = await runGit(root, ["merge-base", "--is-ancestor", commit, of]);
      return code === 0; // 1: it is none; 128: this clone does not have it
    },
    async committedAt(commit) {
      if (!/^[0-9a-f]{40,64}$/.test(commit)) return null;
      const { code, stdout } = await runGit(root, [
        "show",
        "--no-patch",
        "--no-show-signature",
        "--format=%ct",
        commit,
      ]);
      const seconds = Number(stdout.trim());
      return code === 0 && stdout.trim() !== "" && Number.isFinite(seconds) ? seconds * 1000 : null;
    },
    async linesChanged(from, to, patterns, except) {
      if (![from, to].every((commit) => /^[0-9a-f]{40,64}$/.test(commit))) return null;
      const here = await Promise.all(
        [from, to].map((commit) => runGit(root, ["cat-file", "-e", `${commit}^{commit}`])),
      );
      if (here.some(({ code }) => code !== 0)) return null;
      const words = [
        "diff",
        "--numstat",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--relative",
        from,
        to,
      ];
      const printed = await git(root, [...words, "--", ...pathspecs(patterns, insideOf(root, except))]);
      return printed
        .split("\0")
        .flatMap((entry) => {
          const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t([\s\S]+)$/.exec(entry) ?? [];
          return path === undefined ? [] : [{ path, added: numberOf(added), removed: numberOf(removed) }];
        })
        .sort((a, b) => byCodePoint(a.path, b.path));
    },
    checkout: (commit) => checkoutCommit(root, commit),
  };
}

/** Git prints `-` for a file that is no text. */
const numberOf = (text: string | undefined) => (text === undefined || text === "-" ? null : Number(text));

/** Git refuses paths out of the repository; where a version is served may well lie there, and is no code then. */
function insideOf(root: string, patterns: readonly string[]): string[] {
  return patterns
    .map((pattern) => (isAbsolute(pattern) ? relative(root, pattern).replaceAll("\\", "/") : pattern))
    .filter((pattern) => pattern !== "" && pattern !== ".." && !pattern.startsWith("../"));
}

/** Git's words for patterns: `*` stays inside a folder, `**` does not, a folder means everything below it. */
function pathspecs(patterns: readonly string[] | null, except: readonly string[]): string[] {
  const included = patterns === null ? ["."] : patterns.map((pattern) => `:(glob)${pattern}`);
  return [...included, ...except.map((pattern) => `:(exclude,glob)${pattern}`)];
}

/** Paths of `git status` start at the repository's top. */
function withoutPrefix(path: string, prefix: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** A submodule counts by the commit it is at. */
function submodule(path: string, id: string): FileRef {
  return { path, size: 0, digest: `sha256:${createHash("sha256").update(`commit ${id}`).digest("hex")}` };
}

/** A file as it lies in the folder now; a symlink counts by where it points; null when it was deleted. */
async function fileRef(root: string, path: string): Promise<FileRef | null> {
  const file = join(root, path);
  const stat = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (stat === null || stat.isDirectory()) return null;
  const hash = createHash("sha256");
  if (stat.isSymbolicLink()) {
    const target = await readlink(file);
    return { path, size: Buffer.byteLength(target), digest: `sha256:${hash.update(`link ${target}`).digest("hex")}` };
  }
  let size = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { path, size, digest: `sha256:${hash.digest("hex")}` };
}
