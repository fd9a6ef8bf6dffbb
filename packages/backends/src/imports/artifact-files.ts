import { createHash } from "node:crypto";
import { lstat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileRef, UpstreamBytes } from "@trainyard/core";
import { makeScratch } from "../local/scratch.ts";
import type { CommitFile, CommitFiles } from "./commit-files.ts";
import { dvcFiles } from "./dvc-cache.ts";
import { dvcOutput } from "./dvc-outputs.ts";
import type { KeepFile } from "./keep-file.ts";

/** More files than this are a data set, not a model. */
const MOST_FILES = 10_000;

/**
 * The files of an artifact as its commit has it: plain files of git, Git LFS files that were fetched, or what DVC tracks and its local cache has.
 * @param path From the top of the repository.
 */
export async function artifactFiles(
  commits: CommitFiles,
  commit: string,
  path: string,
  keep: KeepFile,
): Promise<UpstreamBytes> {
  const plain = (await commits.below(commit, path)).filter((file) => !isDvcsOwn(file.path));
  if (plain.length > MOST_FILES) return { missing: `${path} has ${plain.length} files; ${MOST_FILES} are the most` };
  if (plain.length > 0) return plainFiles(commits, plain, keep);
  const output = await dvcOutput(commits, commit, path);
  if (output === null) return { missing: `${path} is not in its commit, neither as a file nor tracked by DVC` };
  const found = await dvcFiles(commits.repository, output, path);
  if ("missing" in found) return found;
  const files: FileRef[] = [];
  for (const one of found.files) files.push({ ...(await keep(one.file)), path: one.path });
  return { files };
}

const isDvcsOwn = (path: string) => path.endsWith(".dvc") || /(^|\/)\.gitignore$/.test(path);

async function plainFiles(commits: CommitFiles, plain: readonly CommitFile[], keep: KeepFile): Promise<UpstreamBytes> {
  const scratch = await makeScratch();
  const files: FileRef[] = [];
  try {
    for (const { path, id, mode } of plain) {
      if (mode === "120000") return { missing: `${path} is a symlink` };
      if (mode === "160000") return { missing: `${path} is a submodule` };
      const bytes = await commits.bytes(id);
      const pointer = lfsPointer(bytes);
      if (pointer === null) {
        const file = scratch.path("file");
        await writeFile(file, bytes);
        files.push({ ...(await keep(file)), path });
        continue;
      }
      const held = join(commits.repository, ".git/lfs/objects", pointer.slice(0, 2), pointer.slice(2, 4), pointer);
      if (!(await lstat(held).catch(() => null))?.isFile())
        return { missing: `${path} is kept by Git LFS and was not fetched; \`git lfs fetch --all\` brings it` };
      const kept = await keep(held);
      if (kept.digest !== `sha256:${pointer}`) return { missing: `${path}: its copy of Git LFS is damaged` };
      files.push({ ...kept, path });
    }
    return { files };
  } finally {
    await scratch.remove();
  }
}

/** The SHA-256 that a Git LFS pointer names; null for other content. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
function lfsPointer(bytes: Buffer): string | null {
  if (bytes.length > 1024 || !bytes.toString("latin1").startsWith("version https://git-lfs.github.com/spec/v1\n"))
    return null;
  return /^oid sha256:([0-9a-f]{64})$/m.exec(bytes.toString("latin1"))?.[1] ?? null;
}

/** What names the same bytes in every commit: the MD5 DVC tracks them by, or git's ids. Null where there is neither. */
export async function artifactIdentity(commits: CommitFiles, commit: string, path: string): Promise<string | null> {
  const plain = (await commits.below(commit, path)).filter((file) => !isDvcsOwn(file.path));
  const [first] = plain;
  if (first !== undefined && plain.length === 1 && first.path === path) return first.id;
  if (plain.length > 0)
    return createHash("sha1")
      .update(plain.map(({ path: name, id }) => `${name}\0${id}\n`).join(""))
      .digest("hex");
  const output = await dvcOutput(commits, commit, path);
  if (output === null) return null;
  return output.path === path ? output.md5 : `${output.md5}/${path.slice(output.path.length + 1)}`;
}
