import { resolve as absolute, join } from "node:path";
import {
  type FileRef,
  isRefusal,
  isRelativePath,
  keptFiles,
  type Progress,
  parseDocument,
  parseReference,
  type Registry,
  RunRecord,
  resolve,
  type Store,
  TrainyardError,
  versionFiles,
} from "@trainyard/core";
import { githubPlace } from "../doctor/github-place.ts";
import { errorCode } from "../local/file-refusals.ts";
import { digestFile } from "../local/plain-file.ts";
import { sha256 } from "../local/sha256.ts";
import { openReleases } from "./open-releases.ts";

export interface Download {
  readonly model: string;
  readonly version: number;
  readonly rootDigest: string;
  /** Absolute path of the folder. */
  readonly folder: string;
  readonly files: readonly FileRef[];
  /** Why the version was withdrawn; null when it was not. */
  readonly withdrawn: string | null;
}

interface Wanted {
  readonly name: string;
  /** Relative to the folder the command was started in. */
  readonly to: string | undefined;
  /** The data that was kept with it, too. */
  readonly data: boolean;
}

/**
 * `download`: a version's files into a folder, each held against its digest. What is there already, and is the same, is left; nothing is overwritten.
 * @throws REFERENCE_INVALID, FILE_EXISTS, NO_DATA_KEPT, BLOB_MISSING, DIGEST_MISMATCH, DISK_FULL, and what resolving refuses
 */
export async function downloadVerb(
  folder: string,
  { name, to, data }: Wanted,
  { registry, store, progress }: { registry: Registry; store: Store; progress: Progress },
): Promise<Download> {
  const reference = parseReference(name);
  const { model } = reference;
  const { version, rootDigest, withdrawn } = await resolve(registry, reference);
  const manifest = await registry.manifest(model, version);
  const files = [...(await versionFiles(manifest, { store, sha256 }))];
  if (data) files.push(...(await keptWith(manifest, store)));
  const target = absolute(folder, to ?? `${model}-v${version}`);
  for (const [index, file] of files.entries()) {
    const path = join(target, file.path);
    progress.working(`${file.path}`, index / files.length);
    if (!(await isThere(path, file))) await store.copyTo(file.digest, path, `${model} v${version}: ${file.path}`);
  }
  return { model, version, rootDigest, folder: target, files, withdrawn };
}

/** The same from the releases of a repository on GitHub, without a clone. @throws INPUT_INVALID, INPUT_MISSING; GITHUB_FORBIDDEN, SERVICE_UNREACHABLE */
export async function downloadFromGithub(
  folder: string,
  wanted: Wanted & { readonly repository: string },
  ports: { readonly environment: Readonly<Record<string, string | undefined>>; readonly progress: Progress },
): Promise<Download> {
  const connection = await githubPlace(folder, wanted.repository, ports.environment);
  if (connection === null) throw new Error("a repository that was named has a place");
  // GitHub tells nobody of releases by GraphQL who does not say who they are, of a public repository neither.
  if (connection.token === "")
    throw new TrainyardError("INPUT_MISSING", { input: "GITHUB_TOKEN", needed: "releases are asked for with it" });
  await using releases = await openReleases(connection, null, ports);
  return await downloadVerb(folder, wanted, { ...releases, progress: ports.progress });
}

async function keptWith(
  { model, version, record }: Awaited<ReturnType<Registry["manifest"]>>,
  store: Store,
): Promise<FileRef[]> {
  const what = `The record of ${model} v${version}`;
  const datasets = record === null ? [] : parseDocument(RunRecord, await store.text(record, what), what).datasets;
  const kept = keptFiles(datasets).filter(({ path }) => isRelativePath(path));
  if (kept.length === 0) throw new TrainyardError("NO_DATA_KEPT", { model, version });
  return kept.map(({ path, size, digest }) => ({ path, size, digest }));
}

/** @throws FILE_EXISTS where something else is there */
async function isThere(path: string, { digest }: FileRef): Promise<boolean> {
  try {
    if ((await digestFile(path)).digest === digest) return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || (isRefusal(error) && error.code === "FILE_NOT_FOUND")) return false;
  }
  throw new TrainyardError("FILE_EXISTS", { path });
}
