import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Checkout, z } from "@trainyard/core";
import { writeAtomically } from "../local/plain-file.ts";
import { mayBeAlive, thisProcess } from "../local/process-identity.ts";
import { makeStateFolder } from "../local/state-folder.ts";
import { findRepository, git, runGit } from "./git.ts";

/** Where commits are laid out: beside the project's own state, on its disk, ignored by git. */
const FOLDER = ".trainyard/checkouts";
const OWNER = "owner.json";
const Owner = z.object({ pid: z.int().positive(), started: z.string().nullable(), host: z.string() });

/**
 * Lays a commit's files out in a folder of their own, with an index of their own: no ref, no index and no file of the user's is touched, and
 * nothing is fetched that a checkout by the user would not fetch (of Git LFS only the pointers). What killed processes left is removed first.
 * @param root The project's folder; the same folder of the commit is handed out.
 * @returns Null where this clone does not have the commit. @throws GIT_MISSING, NO_REPOSITORY, GIT_FAILED
 */
export async function checkoutCommit(root: string, commit: string): Promise<Checkout | null> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return null;
  await findRepository(root);
  if ((await runGit(root, ["cat-file", "-e", `${commit}^{commit}`])).code !== 0) return null;
  const prefix = (await git(root, ["rev-parse", "--show-prefix"])).replace(/\n$/, "");
  const home = join(root, FOLDER);
  await makeStateFolder(join(root, ".trainyard"));
  await mkdir(home, { recursive: true });
  await removeAbandoned(home);
  const folder = join(home, randomUUID());
  await writeAtomically(join(folder, OWNER), JSON.stringify(thisProcess()));
  await mkdir(join(folder, "files"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    // Not `git worktree add`: that writes into the repository, and leaves an entry there when we are killed.
    await git(root, ["-c", "submodule.recurse=false", "read-tree", "--reset", "-u", "--no-sparse-checkout", commit], {
      environment: {
        GIT_WORK_TREE: join(folder, "files"),
        GIT_INDEX_FILE: join(folder, "index"),
        GIT_LFS_SKIP_SMUDGE: "1",
        GIT_NO_LAZY_FETCH: "1",
      },
    });
    return { folder: join(folder, "files", prefix), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Folders whose process was killed before it could remove them. One that cannot be told apart from a living one stays. */
async function removeAbandoned(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const folder = join(home, name);
    const text = await readFile(join(folder, OWNER), "utf8").catch(() => null);
    if (text !== null && !isAlive(text))
      // without a note its process is about to write it
      await rm(folder, { recursive: true, force: true }).catch(() => {}); // another process was faster
  }
}

function isAlive(text: string): boolean {
  try {
    return mayBeAlive(Owner.parse(JSON.parse(text)));
  } catch {
    return false;
  }
}
