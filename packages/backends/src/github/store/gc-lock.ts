import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { TrainyardError, z } from "@trainyard/core";
import { ask, tell } from "../call/ask.ts";
import type { Github } from "../call/github.ts";
import { LOCK_TAG } from "./names.ts";
import { deleteTag, statusOf } from "./releases.ts";

/** From the lock to the first release that goes: by then whoever looked before it has made young what they rely on. Milliseconds. */
export const NOTICE = 60_000;
/** A lock that is older was left by a killed process: no other works as long under one lock. Milliseconds. */
const LEFT_BEHIND = 3_600_000;
/** So that it ends well before somebody else takes it for left behind. */
const LONGEST = LEFT_BEHIND / 2;

const Made = z.object({ sha: z.string() });
const Ref = z.object({ object: z.object({ sha: z.string() }) });
const Commit = z.object({ committer: z.object({ date: z.iso.datetime({ offset: true }) }) });
const REF = `tags/${LOCK_TAG}`;

/**
 * Does work while every registration knows of it, from a minute after they could know.
 * @param work Stops when `mayGoOn` says so: what is left waits for the next time.
 * @throws GC_BUSY
 */
export async function whileCollecting(github: Github, work: (mayGoOn: () => boolean) => Promise<void>): Promise<void> {
  const began = performance.now();
  const own = await lock(github);
  await sleep(NOTICE * github.connection.pace);
  if ((await holder(github)) !== own) throw busy(github);
  try {
    await work(() => performance.now() - began < LONGEST);
  } finally {
    await deleteTag(github, LOCK_TAG);
  }
}

/** A commit of no branch: GitHub's clock dates it, and its text is nobody else's. */
async function lock(github: Github): Promise<string> {
  const message = `trainyard gc ${randomUUID()}\n`;
  const file = { path: "gc", mode: "100644", type: "blob", content: message };
  const { sha: tree } = await ask(github, "POST /repos/{owner}/{repo}/git/trees", { tree: [file] }, Made);
  const commit = { message, tree, parents: [] };
  const { sha } = await ask(github, "POST /repos/{owner}/{repo}/git/commits", commit, Made);
  const make = () => tell(github, "POST /repos/{owner}/{repo}/git/refs", { ref: `refs/${REF}`, sha });
  try {
    await make();
  } catch (error) {
    if (statusOf(error) !== 422 || !(await isLeftBehind(github, sha)))
      throw statusOf(error) === 422 ? busy(github) : error;
    await deleteTag(github, LOCK_TAG);
    await make();
  }
  return sha;
}

async function isLeftBehind(github: Github, own: string): Promise<boolean> {
  const other = await holder(github);
  if (other === null) return false;
  const dates = await Promise.all(
    [other, own].map((commit_sha) =>
      ask(github, "GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { commit_sha }, Commit),
    ),
  );
  const [then = 0, now = 0] = dates.map(({ committer }) => Date.parse(committer.date));
  return now - then > LEFT_BEHIND;
}

async function holder(github: Github): Promise<string | null> {
  try {
    return (await ask(github, "GET /repos/{owner}/{repo}/git/ref/{ref}", { ref: REF }, Ref)).object.sha;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

function busy({ connection }: Github): TrainyardError {
  return new TrainyardError("GC_BUSY", { repository: `${connection.owner}/${connection.name}`, tag: LOCK_TAG });
}
