import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { type Sha256, TrainyardError } from "@trainyard/core";
import { readRefusal } from "../../local/file-refusals.ts";
import type { Github } from "../call/github.ts";
import { Asset, readAnswer } from "./answers.ts";
import { beforeTry, isOpenEnded, waitAsAsked } from "./pace.ts";
import { answerRefusal, openRequest, readJson } from "./raw-request.ts";
import { deleteAsset, listAssets } from "./releases.ts";

const TRIES = 6;

/** Bytes that become one asset: a whole file, or `size` bytes of it from `start`. */
export interface Upload {
  readonly name: string;
  readonly digest: Sha256;
  readonly size: number;
  readonly file: string;
  readonly start: number;
}

/** The draft is gone: another job published these bytes, and cleaned up. */
export class DraftGone extends Error {}

/** Whether an asset is what it should be. A server that tells no digest is believed the size: what is read is hashed anyway. */
export function isSame(asset: Asset, { name, size, digest }: Pick<Upload, "name" | "size" | "digest">): boolean {
  return (
    asset.name === name &&
    asset.state === "uploaded" &&
    asset.size === size &&
    (asset.digest === null || asset.digest === digest)
  );
}

/**
 * Sends an asset to a draft. After an answer that says nothing about what was stored, the draft is looked at: what arrived is kept, what is half there
 * is deleted and sent again.
 * @throws SERVICE_UNREACHABLE, GITHUB_ANSWER, DIGEST_MISMATCH, DraftGone, and what a token is refused
 */
export async function uploadAsset(
  github: Github,
  release: { id: number; upload_url: string },
  upload: Upload,
): Promise<void> {
  let last: unknown;
  for (let tries = 1; tries <= TRIES; tries++) {
    if (tries > 1) await beforeTry(github, tries - 1);
    try {
      const asset = await send(github, release.upload_url, upload);
      if (asset === "again") continue; // it waited as long as it was asked to
      if (asset !== "taken") {
        if (isSame(asset, upload)) return;
        last = other(asset, upload);
      }
    } catch (error) {
      if (!isOpenEnded(error)) throw error;
      last = error;
    }
    if (await isThere(github, release.id, upload)) return;
  }
  throw last ?? other(null, upload);
}

function other(asset: Asset | null, { name, digest }: Upload): TrainyardError {
  const got = asset === null ? "something else of that name" : `${asset.name}, ${asset.size} bytes, ${asset.digest}`;
  const problem = `it has ${got}, and was sent ${digest}`;
  return new TrainyardError("GITHUB_ANSWER", { what: `the upload of ${name}`, problem });
}

/** Looks whether the asset arrived; half an asset, or another of that name, is taken away. */
async function isThere(github: Github, release: number, upload: Upload): Promise<boolean> {
  const found = (await listAssets(github, release)).filter(({ name }) => name === upload.name);
  for (const asset of found) {
    if (isSame(asset, upload)) return true;
    await deleteAsset(github, asset.id);
  }
  return false;
}

async function send(github: Github, template: string, upload: Upload): Promise<Asset | "taken" | "again"> {
  const { name, size, digest, file, start } = upload;
  const url = uploadUrl(github, template, name);
  const bytes = createReadStream(file, { start, end: start + size - 1, highWaterMark: 1 << 18 });
  const hashed = hashing(digest, name);
  bytes.on("error", (error) => hashed.destroy(readRefusal(error, file) as Error));
  hashed.on("close", () => bytes.destroy());
  const headers = {
    authorization: github.authorization,
    accept: "application/vnd.github+json",
    "content-type": "application/octet-stream",
    "content-length": size,
  };
  const response = await openRequest(github, "POST", url, headers, bytes.pipe(hashed)).catch((error: unknown) => {
    throw changed(error) ?? error;
  });
  const data = await readJson(github, response);
  const { statusCode: status = 0 } = response;
  if (status === 201) {
    const asset = readAnswer(Asset, data, `the upload of ${name}`);
    if (asset.name !== name) await deleteAsset(github, asset.id); // renamed: nobody would find it
    return asset;
  }
  if (status === 422) return "taken";
  if (status === 404) throw new DraftGone(name);
  const limited = status === 429 || (status === 403 && response.headers["retry-after"] !== undefined);
  if (limited && (await waitAsAsked(github, response.headers))) return "again";
  throw answerRefusal(github, { method: "POST", url: url.href }, response, data);
}

/** The release's own address for uploads (`https://…/assets{?name,label}`), never a fixed host. */
function uploadUrl({ connection }: Github, template: string, name: string): URL {
  const what = "the release's upload_url";
  const text = template.replace(/\{[^}]*\}$/, "");
  if (!URL.canParse(text)) throw new TrainyardError("GITHUB_ANSWER", { what, problem: "it is no address" });
  const url = new URL(text);
  const secure = new URL(connection.apiUrl).protocol === "https:";
  if (url.protocol !== "https:" && (secure || url.protocol !== "http:"))
    throw new TrainyardError("GITHUB_ANSWER", { what, problem: "a token is not sent over anything but https" });
  url.searchParams.set("name", name);
  return url;
}

/** Lets bytes through, and fails before the last of them when they are not those of the digest: then GitHub keeps no whole asset. */
function hashing(expected: Sha256, what: string): Readable & Transform {
  const running = createHash("sha256");
  let held: Buffer | null = null;
  return new Transform({
    highWaterMark: 1 << 18,
    transform(chunk: Buffer, _encoding, done) {
      running.update(chunk);
      const before = held;
      held = chunk;
      done(null, before);
    },
    flush(done) {
      const got = `sha256:${running.digest("hex")}`;
      if (got === expected) return done(null, held);
      done(new TrainyardError("DIGEST_MISMATCH", { what, expected, got }));
    },
  });
}

function changed(error: unknown): unknown {
  const cause = (error as { cause?: unknown }).cause;
  return cause instanceof TrainyardError ? cause : undefined;
}
