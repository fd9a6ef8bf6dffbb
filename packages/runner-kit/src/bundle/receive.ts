import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Project } from "@trainyard/backends";
import { isRefusal, type RunRecord } from "@trainyard/core";
import { bundleFiles, RECORD_FILE } from "./bundle-files.ts";
import type { BundleRef } from "./bundle-ref.ts";
import { checkBundle } from "./check-bundle.ts";
import type { Half, HandOver } from "./hand-over.ts";

/** A run of another job, brought here and checked. */
export interface Received {
  readonly record: RunRecord;
  /** Absolute path of its folder among the project's runs. */
  readonly folder: string;
}

/**
 * Brings a run of another job: into a fresh folder, digests compared, every file held against the record, and only then among the project's runs.
 * @param halves `bytes` where the model's files are needed.
 * @throws BUNDLE_GONE, BUNDLE_INVALID, DIGEST_MISMATCH, DOCUMENT_INVALID
 */
export async function receive(
  ref: Omit<BundleRef, "run"> & { readonly run: string | null },
  halves: readonly Half[],
  { project, handOver, temp }: { project: Pick<Project, "backend">; handOver: HandOver; temp: string | undefined },
): Promise<Received> {
  const fresh = await mkdtemp(join(temp || tmpdir(), "trainyard-bundle-"));
  const folder = join(fresh, "run");
  try {
    await mkdir(folder);
    await handOver.bring("record", ref.record, folder);
    let record = await checkBundle(folder, ref, ["record"]);
    if (halves.includes("bytes") && ref.bytes !== null) {
      const size = bundleFiles(record).bytes.reduce((sum, file) => sum + (file.size ?? 0), 0);
      await handOver.bring("bytes", ref.bytes, folder, size);
      record = await checkBundle(folder, ref, ["record", "bytes"]);
    }
    return { record, folder: await settle(folder, record, project) };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Moves a checked folder among the runs. What an earlier step of this job brought of the same run, and judged, is kept. */
async function settle(folder: string, record: RunRecord, { backend }: Pick<Project, "backend">): Promise<string> {
  const there = await backend.runs.create(record.model, record.id).catch((error: unknown) => {
    if (isRefusal(error) && error.code === "FILE_EXISTS") return backend.runs.open(record.id).catch(() => null);
    throw error;
  });
  const target = there === null ? null : dirname(there.path(RECORD_FILE));
  if (target === null) throw new Error(`run ${record.id} lies here unfinished`);
  if ((await there?.read(RECORD_FILE)) !== (await readFile(join(folder, RECORD_FILE), "utf8"))) {
    await rm(target, { recursive: true, force: true });
    await rename(folder, target).catch(() => cp(folder, target, { recursive: true })); // the two may be on different disks
    return target;
  }
  for (const name of await readdir(folder)) {
    if (name === RECORD_FILE) continue;
    await rm(join(target, name), { recursive: true, force: true });
    await cp(join(folder, name), join(target, name), { recursive: true });
  }
  return target;
}
