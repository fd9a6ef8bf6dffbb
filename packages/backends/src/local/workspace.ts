import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type FileRef, isRelativePath, TrainyardError, type Workspace } from "@trainyard/core";
import { DigestCache } from "./digest-cache.ts";
import { errorCode, readRefusal, writeRefusal } from "./file-refusals.ts";
import { isInside, type Match, matchPatterns } from "./patterns.ts";
import { copyHashed, digestFile, draftIn, publishDraft, readText } from "./plain-file.ts";
import { makeScratch } from "./scratch.ts";
import { recoverAside, setAside } from "./set-aside.ts";

/** Files hashed at the same time: more only helps disks that are not there. */
const AT_ONCE = 4;

/**
 * The user's project folder.
 *
 * @param folder The folder of trainyard.yaml.
 * @param state The folder Trainyard keeps its things in; no pattern matches anything in it.
 */
export function localWorkspace(folder: string, state: string): Workspace {
  const root = realpathSync(folder);
  const own = join(root, ".trainyard"); // always on the project's disk, also where `store:` moves the rest
  const home = join(own, "set-aside");
  const skip = [own, resolve(state)];
  const cache = new DigestCache(state);

  let recovered: Promise<void> | undefined;
  const recover = () => (recovered ??= recoverAside(root, home));

  const path = (relative: string) => canonical(root, relative);
  const matches = (patterns: readonly string[], follow: boolean) => matchPatterns(patterns, { root, skip, follow });

  return {
    root,
    path,
    scratch: makeScratch,

    async read(relative) {
      await recover();
      return readText(path(relative));
    },

    async files(patterns) {
      await recover();
      const found = await matches(patterns, true);
      const refs = await eachAtOnce(found, async (match): Promise<FileRef> => {
        return { path: match.path, ...(await cache.digest(path(match.path)).catch(renamed(match.path))) };
      });
      await cache.save();
      return refs;
    },

    async setAside(patterns) {
      await recover();
      const found = await matches(patterns, false);
      return setAside(
        root,
        own,
        home,
        found.map((match) => match.path),
      );
    },

    async outputs(patterns) {
      const found = await matches(patterns, false);
      for (const match of found) await checkOutput(match, root);
      // Without the cache: what was just written is too young for it, and what is registered is read.
      return eachAtOnce(found, async (match) => ({
        path: match.path,
        ...(await digestFile(path(match.path)).catch(renamed(match.path))),
      }));
    },

    async deliver(file, relative) {
      const target = path(relative);
      const draft = draftIn(dirname(target));
      try {
        await mkdir(dirname(target), { recursive: true });
        const copied = await copyHashed(file, draft);
        await publishDraft(draft, target);
        return { path: relative, ...copied };
      } catch (error) {
        throw writeRefusal(error, relative);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

/** The real place of a project path, whether something is there or not. @throws PATH_OUTSIDE */
function canonical(root: string, relative: string): string {
  const clean = relative.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "") || ".";
  if (!isRelativePath(clean)) throw outside(relative);
  const wanted = join(root, clean);
  const real = existing(wanted) ?? join(canonicalParent(wanted), wanted.slice(wanted.lastIndexOf("/") + 1));
  if (!isInside(real, root)) throw outside(relative);
  return real;

  function canonicalParent(path: string): string {
    const parent = dirname(path);
    return existing(parent) ?? join(canonicalParent(parent), parent.slice(parent.lastIndexOf("/") + 1));
  }

  /** Null when nothing is there. A symlink to nowhere is refused: writing to it would make a file where it points. */
  function existing(path: string): string | null {
    try {
      return realpathSync(path);
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOTDIR") return null;
      if (code === "ELOOP" || (code === "ENOENT" && isLink(path))) throw outside(relative);
      if (code === "ENOENT") return null;
      throw readRefusal(error, relative);
    }
  }
}

const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

const outside = (path: string) => new TrainyardError("PATH_OUTSIDE", { path, what: "The path" });

/** A symlink is an output only where it leads to a plain file of the project. @throws OUTPUT_LINK */
async function checkOutput(match: Match, root: string): Promise<void> {
  if (!match.link) return;
  const absolute = join(root, match.path);
  const target = await realpath(absolute).catch(() => null);
  if (target !== null && isInside(target, root)) return;
  throw new TrainyardError("OUTPUT_LINK", { path: match.path, target: target ?? readlinkSync(absolute) });
}

/** Refusals about a file name it as the project does. */
const renamed = (path: string) => (error: unknown) => {
  if (error instanceof TrainyardError && error.code === "FILE_UNREADABLE") {
    const { problem } = error.details as { problem: string };
    throw new TrainyardError("FILE_UNREADABLE", { path, problem }, { cause: error });
  }
  throw error;
};

async function eachAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
