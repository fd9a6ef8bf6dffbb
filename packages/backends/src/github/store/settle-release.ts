import { isRefusal, type Sha256 } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import type { Release } from "./answers.ts";
import { beforeTry, isOpenEnded, politely } from "./pace.ts";
import {
  createDraft,
  deleteAsset,
  deleteRelease,
  lookUp,
  readRelease,
  refuseRelease,
  type Seen,
  saidOf,
  statusOf,
  updateRelease,
} from "./releases.ts";
import { type Look, marked, stays } from "./stay.ts";
import { DraftGone, isSame, type Upload, uploadAsset } from "./upload-asset.ts";

const TRIES = 4;

/** The tag belongs to a release that another job published meanwhile. */
export class TagTaken extends Error {}
/** The tag belonged to an immutable release that was deleted: GitHub never gives it out again. */
export class TagBurned extends Error {}

export interface Wanted {
  readonly home: Sha256;
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  readonly uploads: readonly Upload[];
}

/** Drafts that may be taken up, and when they were seen. */
export interface Left {
  readonly drafts: readonly Seen[];
  readonly look: Look;
}

/**
 * Makes a published release of uploads. A draft of this tag that a killed job left is taken up where it stopped.
 * @throws TagTaken, TagBurned, DraftGone for the caller to look again; RELEASE_REFUSED, and what uploading throws
 */
export async function settleRelease(github: Github, wanted: Wanted, left: Left): Promise<Release> {
  const draft = (await adopt(github, wanted, left)) ?? (await create(github, wanted));
  const waiting = await reconcile(github, draft, wanted.uploads);
  await politely(github, waiting, (upload) => uploadAsset(github, draft, upload));
  return publish(github, draft.id, wanted);
}

/** The oldest draft of the tag: whoever comes takes the same one. */
async function adopt(github: Github, { tag }: Wanted, { drafts, look }: Left): Promise<Release | null> {
  for (const one of drafts) {
    if (one.tag !== tag || !(await stays(github, one, look))) continue;
    const release = await readRelease(github, one.id);
    if (release?.draft === true && release.tag_name === tag) return release;
  }
  return null;
}

async function create(github: Github, wanted: Wanted): Promise<Release> {
  const { home, tag, title, body } = wanted;
  for (let tries = 1; ; tries++) {
    try {
      const release = await createDraft(github, tag, title, marked(body));
      if (release.draft && release.tag_name === tag) return release;
      throw new TagTaken(tag);
    } catch (error) {
      if (statusOf(error) === 422 && isBurned(error)) throw new TagBurned(tag);
      if (statusOf(error) === 404 || statusOf(error) === 422) refuseRelease(tag, error);
      if (!isOpenEnded(error) || tries === TRIES) throw error;
      await beforeTry(github, tries);
      const at = performance.now();
      const { drafts, collecting } = await lookUp(github, [home]);
      const made = await adopt(github, wanted, { drafts, look: { at, collecting } }); // it may have been made
      if (made !== null) return made;
    }
  }
}

/** Takes away what does not belong into a draft: halves of assets, those of another try. @returns What is still to be sent. */
async function reconcile(github: Github, { assets }: Release, uploads: readonly Upload[]): Promise<Upload[]> {
  const waiting = new Map(uploads.map((upload) => [upload.name, upload]));
  for (const asset of assets) {
    const upload = waiting.get(asset.name);
    if (upload !== undefined && isSame(asset, upload)) waiting.delete(asset.name);
    else await deleteAsset(github, asset.id);
  }
  return [...waiting.values()];
}

async function publish(github: Github, id: number, { tag, title, body }: Wanted): Promise<Release> {
  for (let tries = 1; ; tries++) {
    try {
      return await updateRelease(github, id, { title, body, publish: { tag } });
    } catch (error) {
      if (statusOf(error) === 404) throw new DraftGone(tag);
      if (statusOf(error) === 422 || statusOf(error) === 409) {
        const said = saidOf(error);
        if (/already_exists|already exists/i.test(said)) throw new TagTaken(tag);
        if (isBurned(error)) throw new TagBurned(tag);
        refuseRelease(tag, error);
      }
      if (!isOpenEnded(error) || tries === TRIES) throw error;
      await beforeTry(github, tries);
      const now = await readRelease(github, id);
      if (now === null) throw new DraftGone(tag);
      if (!now.draft) return now; // it was done, the answer was lost
    }
  }
}

const isBurned = (error: unknown) => /immutable release/i.test(saidOf(error));

/** Drafts of tags that are published: of killed jobs, and of those that lost the race. */
export async function deleteLeftovers(github: Github, drafts: readonly Seen[], published: (tag: string) => boolean) {
  for (const { id, tag } of drafts) {
    if (!published(tag)) continue;
    await deleteRelease(github, id).catch((error: unknown) => {
      if (!isRefusal(error)) throw error; // the bytes are safe; `gc` takes it away another time
    });
  }
}
