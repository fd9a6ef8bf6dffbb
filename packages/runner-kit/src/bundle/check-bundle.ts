import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { digestFile, readText, sha256 } from "@trainyard/backends";
import { parseDocument, RunRecord, rootDigest, TrainyardError } from "@trainyard/core";
import { bundleFiles, RECORD_FILE } from "./bundle-files.ts";

/** A record is text of some hundred kilobytes at most; more is none. */
const LARGEST_RECORD = 16 * 1024 * 1024;

/** Where a run's files lie. An evaluation is never among them: it is made where no user code ran. */
const TRAVELS =
  /^(?:(?:outputs|predictions|profiles)\/.+|data\/[0-9a-f]{64}|record\.json|params\.json|metrics\.jsonl|log\.txt)$/s;

/**
 * Reads the record of a bundle that came from another job, and checks every file against it: plain files, none missing, none beside, sizes and
 * digests as it says; the digests of its inputs and of its model files are worked out anew.
 * @param parts The halves that were brought.
 * @throws BUNDLE_INVALID, DIGEST_MISMATCH, DOCUMENT_INVALID
 */
export async function checkBundle(
  folder: string,
  { model, run }: { readonly model: string; readonly run: string | null },
  parts: readonly ("record" | "bytes")[],
): Promise<RunRecord> {
  const refuse = (problem: string) => new TrainyardError("BUNDLE_INVALID", { path: `the bundle of ${model}`, problem });
  const there = await filesIn(folder, refuse);
  if ((there.get(RECORD_FILE) ?? Number.POSITIVE_INFINITY) > LARGEST_RECORD)
    throw refuse(there.has(RECORD_FILE) ? `${RECORD_FILE} is too large` : `it has no ${RECORD_FILE}`);
  const text = (await readText(join(folder, RECORD_FILE))) ?? "";
  const record = parseDocument(RunRecord, text, `${RECORD_FILE} of the bundle`);
  if ((run !== null && record.id !== run) || record.model !== model)
    throw refuse(`it is of run ${record.id} of ${record.model}`);
  if (record.rootDigest !== null && rootDigest(record.modelFiles, sha256) !== record.rootDigest)
    throw refuse("its root digest is not that of its model files");

  const expected = bundleFiles(record);
  const files = parts.flatMap((part) => expected[part]);
  const odd = files.find(({ path }) => !TRAVELS.test(path));
  if (odd !== undefined) throw refuse(`its record names ${JSON.stringify(odd.path)}, where no run has a file`);
  const extra = [...there.keys()].find((path) => !files.some((file) => file.path === path));
  if (extra !== undefined) throw refuse(`it holds ${JSON.stringify(extra)}, which its record does not name`);
  for (const { path, size, digest, elsewhere } of files) {
    const found = there.get(path);
    if (found === undefined && (digest === null || elsewhere)) continue;
    if (found === undefined) throw refuse(`it lacks ${path}`);
    if (size !== null && found !== size) throw refuse(`${path} has ${found} bytes, not ${size}`);
    if (digest === null) continue;
    const { digest: got } = await digestFile(join(folder, path));
    if (got !== digest)
      throw new TrainyardError("DIGEST_MISMATCH", { what: `${path} of run ${record.id}`, expected: digest, got });
  }
  return record;
}

/** Every file below a folder with its size. @throws BUNDLE_INVALID on what is no plain file */
async function filesIn(folder: string, refuse: (problem: string) => Error): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    if (!entry.isFile()) throw refuse(`${JSON.stringify(name)} is not a plain file`);
    sizes.set(name, (await lstat(path)).size);
  }
  return sizes;
}
