import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { digestFile, type Project } from "@trainyard/backends";
import { keptFiles, type RunRecord } from "@trainyard/core";
import { bundleFiles, RECORD_FILE } from "./bundle-files.ts";
import type { BundleRef } from "./bundle-ref.ts";
import type { HandOver } from "./hand-over.ts";

/** Hands a run on to the jobs after this one, whatever became of it: a broken one is told of too. */
export async function handOn(
  record: RunRecord,
  { project, handOver, nth = 1 }: { project: Pick<Project, "backend">; handOver: HandOver; nth?: number },
): Promise<BundleRef> {
  const opened = await project.backend.runs.open(record.id);
  const folder = dirname(opened.path(RECORD_FILE));
  const files = bundleFiles(record);
  if (!handOver.sharesStore && files.bytes.length > 0) await addKept(record, folder, project);
  const there = ({ path }: { path: string }) => existsSync(join(folder, path));
  const run = { model: record.model, id: record.id, digest: (await digestFile(opened.path(RECORD_FILE))).digest, nth };
  const paths = (list: typeof files.record) => list.filter(there).map(({ path }) => path);
  const bytes = paths(files.bytes);
  return {
    model: record.model,
    run: record.id,
    record: await handOver.send("record", run, folder, paths(files.record)),
    bytes: bytes.length === 0 ? null : await handOver.send("bytes", run, folder, bytes),
  };
}

/** Kept data lies in this machine's store, which the next job does not have. What an earlier job brought of it is there already. */
async function addKept({ datasets }: RunRecord, folder: string, { backend }: Pick<Project, "backend">): Promise<void> {
  for (const { path, digest, bundled } of keptFiles(datasets))
    if (!existsSync(join(folder, bundled))) await backend.store.copyTo(digest, join(folder, bundled), path);
}
