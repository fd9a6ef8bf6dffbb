import type { Backend } from "../backend.ts";
import type { Params } from "../data/params.ts";
import { type FileRef, parseDocument, type Sha256 } from "../document.ts";
import { isRefusal } from "../errors.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import type { Registry } from "../registry/read/registry.ts";
import { type AskedFrom, askedVersion } from "./asked-version.ts";
import { commitsOf, firstOpened, type OpenOwnCode, type OwnCode, whyFailed } from "./own-code.ts";
import { type Failure, RunRecord, type ScoredRows } from "./run-record.ts";
import type { ModelFiles } from "./score.ts";
import { versionFiles } from "./version-files.ts";

type Ports = Pick<Backend, "store" | "workspace" | "source" | "sha256" | "progress"> & { registry: Registry };

/** What came of running one `predict` on the evaluation rows. */
export interface Scored {
  readonly failure: Failure | null;
  readonly result: { file: FileRef; rows: number; seconds?: number } | null;
}

/** Scores the evaluation rows with a model's files: by the candidate's code, or by the model's own. */
export type ScoreWith = (files: ModelFiles, own: { code: OwnCode; params: Params } | null) => Promise<Scored>;

export interface BaselineScored {
  readonly rows: ScoredRows | null;
  /** A sentence: why there are none, or why its own code made them. */
  readonly problem: string | null;
  /** It was asked to stop. */
  readonly stopped: Failure | null;
}

const none = (problem: string | null): BaselineScored => ({ rows: null, problem, stopped: null });

/**
 * Scores the rows with the baseline's files: with the candidate's code, and where that cannot, with the code of the baseline's own commit.
 * A baseline that cannot be scored is said, not fatal.
 * @param ownCode Absent: the candidate's code alone is tried.
 */
export async function scoreBaseline(
  model: string,
  { rootDigest, baseline, ...from }: { rootDigest: Sha256; baseline: string } & AskedFrom,
  scoreWith: ScoreWith,
  ownCode: OpenOwnCode | undefined,
  ports: Ports,
): Promise<BaselineScored> {
  try {
    const found = baseline === "none" ? null : await askedVersion(model, baseline, from, ports);
    if (found === null) return none(null);
    const { version, label } = found;
    const manifest = await ports.registry.manifest(model, version);
    if (manifest.rootDigest === rootDigest) return none(null);
    ports.progress.working(`predict: scoring the same rows with ${label}`, null);
    const files: ModelFiles = { files: await versionFiles(manifest, ports), label };
    const scored = await scoreWith(files, null);
    if (scored.failure?.class === "cancelled") return { ...none(null), stopped: scored.failure };
    const made = { of: label, version, rootDigest: manifest.rootDigest };
    if (scored.result !== null) return { ...none(null), rows: { ...scored.result, ...made } };
    const why = whyFailed(scored.failure);
    const own = ownCode === undefined ? null : await scoreWithOwnCode(manifest, files, scoreWith, ownCode, ports);
    if (own === null) return none(`${label} could not be scored with this code: ${why}`);
    if ("stopped" in own) return { ...none(null), stopped: own.stopped };
    if ("problem" in own) return none(`${label} could not be scored with this code: ${why}; ${own.problem}`);
    const at = own.commit.slice(0, 7);
    return {
      rows: { ...own.result, ...made, code: { commit: own.commit } },
      problem: `${label} was scored with its own code of commit ${at}, as the candidate's predict cannot read it: ${why}`,
      stopped: null,
    };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return none(`The baseline ${baseline} could not be scored: ${error.message}`);
  }
}

type OwnScored =
  | { readonly commit: string; readonly result: NonNullable<Scored["result"]> }
  | { readonly problem: string }
  | { readonly stopped: Failure };

async function scoreWithOwnCode(
  manifest: ModelVersion,
  files: ModelFiles,
  scoreWith: ScoreWith,
  open: OpenOwnCode,
  ports: Ports,
): Promise<OwnScored> {
  const { model, version } = manifest;
  const what = `the record of ${model} v${version}`;
  const record =
    manifest.record === null ? null : parseDocument(RunRecord, await ports.store.text(manifest.record, what), what);
  const commits = commitsOf(manifest, record);
  const [first] = commits;
  if (first === undefined) return { problem: "no commit of its own is known" };
  const at = (commit: string) => `its own code of commit ${commit.slice(0, 7)}`;
  let tried = first;
  try {
    const found = await firstOpened(open, model, commits);
    if (found === null)
      return { problem: `${at(first)} is not in this clone (a checkout with fetch-depth: 0 has every commit)` };
    tried = found.commit;
    ports.progress.working(`predict: scoring the same rows with ${at(tried)}`, null);
    try {
      const { failure, result } = await scoreWith(files, { code: found.code, params: record?.inputs.params ?? {} });
      if (failure?.class === "cancelled") return { stopped: failure };
      if (result !== null) return { commit: tried, result };
      return { problem: `nor with ${at(tried)}: ${whyFailed(failure)}` };
    } finally {
      await found.code.remove();
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { problem: `nor with ${at(tried)}: ${error.message.replace(/\.$/, "")}` };
  }
}
