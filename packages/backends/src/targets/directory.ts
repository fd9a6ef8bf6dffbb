import { mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Probe, type Sha256, type Store, type Target, TrainyardError } from "@trainyard/core";
import { describeOwner, tryLock } from "../local/file-lock.ts";
import { errorCode, writeRefusal } from "../local/file-refusals.ts";
import { syncFolder } from "../local/plain-file.ts";
import { draftName, removeLeftovers } from "./draft-name.ts";
import { mustBeOurs } from "./own-folder.ts";
import { probeServer } from "./probe-server.ts";
import { type Staged, VersionFolders } from "./version-folders.ts";

const LINK = /^versions\/([0-9a-f]{64})\/?$/;

/**
 * A folder that a server reads:
 *
 *     DIR/versions/<64 hex digits of the root digest>/   the version's files, and trainyard.json, which names it
 *     DIR/current → versions/<…>                         what is live; replaced by one rename, so it is never missing and never half
 *
 * Everything else in it is refused, drafts of deployments that were killed excepted; the next one removes those.
 */
export class DirectoryTarget implements Target {
  readonly kind = "directory";
  readonly location: string;
  readonly #folder: string;
  readonly #versions: VersionFolders;

  /** @param location The path as people write it, for messages and documents. */
  constructor(folder: string, location: string) {
    this.location = location;
    this.#folder = folder;
    this.#versions = new VersionFolders(folder);
  }

  async current(): ReturnType<Target["current"]> {
    await mustBeOurs(this.#folder, this.location);
    const hex = await this.#linked();
    if (hex === null || !(await this.#versions.has(hex))) return null; // a link to nothing serves nothing
    const note = await this.#versions.note(hex);
    return { model: note?.model ?? null, version: note?.version ?? null, rootDigest: `sha256:${hex}` };
  }

  async stage(version: Staged, store: Store): Promise<void> {
    await this.#write(async () => {
      await mkdir(this.#folder, { recursive: true });
      await mustBeOurs(this.#folder, this.location);
      await removeLeftovers(this.#folder);
      await this.#versions.stage(version, store);
    });
  }

  async activate(rootDigest: Sha256 | null): Promise<void> {
    await this.#write(async () => {
      await mustBeOurs(this.#folder, this.location);
      const current = join(this.#folder, "current");
      if (rootDigest === null) await rm(current, { force: true });
      else {
        const hex = rootDigest.slice("sha256:".length);
        if (!(await this.#versions.has(hex))) {
          throw new TrainyardError("BLOB_MISSING", {
            digest: rootDigest,
            what: `The staged version at ${this.location}`,
          });
        }
        await this.#versions.markActivated(hex);
        const draft = join(this.#folder, draftName("current"));
        await symlink(`versions/${hex}`, draft);
        await rename(draft, current);
      }
      await syncFolder(this.#folder);
    });
  }

  async prune(keep: number): Promise<void> {
    const hex = await this.#linked();
    await this.#write(() => this.#versions.prune(keep, hex));
  }

  probe(smoke: Parameters<Target["probe"]>[0]): Promise<Probe> {
    return probeServer(smoke);
  }

  async lock(): Promise<() => Promise<void>> {
    await this.#write(() => mkdir(this.#folder, { recursive: true }));
    const path = join(this.#folder, ".lock");
    const outcome = await tryLock(path);
    if ("release" in outcome) return outcome.release;
    throw new TrainyardError("TARGET_BUSY", { path: this.location, owner: describeOwner(outcome.owner, path) });
  }

  /** The hex digits `current` leads to; null when there is no link. @throws TARGET_FOREIGN */
  async #linked(): Promise<string | null> {
    let link: string;
    try {
      link = await readlink(join(this.#folder, "current"));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    }
    const hex = LINK.exec(link)?.[1];
    if (hex === undefined)
      throw new TrainyardError("TARGET_FOREIGN", { path: this.location, found: `a link current → ${link}` });
    return hex;
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw writeRefusal(error, this.location);
    }
  }
}
