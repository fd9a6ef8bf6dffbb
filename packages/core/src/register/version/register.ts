import type { Backend } from "../../backend.ts";
import { decidingCheck, type Verdict } from "../../check/check.ts";
import { type KeptFile, keptFiles } from "../../data/dataset.ts";
import type { Sha256 } from "../../document.ts";
import { isRefusal, TrainyardError } from "../../errors.ts";
import type { Reading } from "../../evaluate/baseline/scored-files.ts";
import { decidingChecks } from "../../evaluate/check-ids.ts";
import { firstGain } from "../../evaluate/first-gain.ts";
import type { ModelState, VersionState } from "../../registry/fold/model-state.ts";
import { objectionToOverride, refuse } from "../../registry/fold/policy-rules.ts";
import { type EventBody, registeredVersion, registrationOf } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { Decision, Registry } from "../../registry/read/registry.ts";
import { timestamp } from "../../time.ts";
import { type KeepPorts, keepPredictions } from "./keep-predictions.ts";
import { modelCard } from "./model-card.ts";
import { publish } from "./publish.ts";
import { type JudgedRun, readJudgedRun } from "./run-bundle.ts";
import { trimmed } from "./trim-manifest.ts";

export interface RegisterSettings {
  readonly model: string;
  /** Run id; null for the model's newest. */
  readonly run: string | null;
  /** `evaluate.baseline` of the config: a verdict that is not against these counts as inconclusive. */
  readonly baselines: readonly string[];
  /** How the config has predictions read, as when the run was judged. */
  readonly reading: Reading;
  /** Register although the verdict is against it. */
  readonly override: boolean;
  readonly reason: string | null;
}

export type RegisterPorts = Pick<Backend, "runs" | "sha256" | "clock" | "actor"> &
  KeepPorts & { readonly registry: Registry };

export interface Registration {
  /** Null when the verdict is against it: the caller exits 1 (fail) or 3 (inconclusive). */
  readonly registered: ModelVersion | null;
  /** These bytes were a version already, which was not withdrawn: that one is `registered`, and nothing was added. */
  readonly unchanged: boolean;
  /** What counts: inconclusive where a first model passed without an absolute standard, or the baseline is another by now. */
  readonly verdict: Verdict;
  /** Why it counts less than the report's. */
  readonly reason: string | null;
  readonly run: string;
  readonly evaluation: Sha256;
}

/**
 * Records a run's evaluation, whatever its verdict and once per report, then gives a run that passed the model's next version number.
 * The bytes are in the store, their digests checked, before the commit that mentions them; a run whose bytes are lost is recorded as judged all the same.
 * @throws OVERRIDE_REASON, POLICY_FORBIDS, NO_RUN, RUN_UNKNOWN, RUN_UNFINISHED, RUN_UNCOMMITTED, EVALUATION_MISSING, EVALUATION_OTHER, BUNDLE_INVALID, DIGEST_MISMATCH,
 *   PREDICTIONS_UNKEPT, DISK_FULL, TEXT_TOO_LONG, and what the registry throws
 */
export async function register(settings: RegisterSettings, ports: RegisterPorts): Promise<Registration> {
  const reason = settings.reason?.trim() ?? "";
  if (settings.override && reason === "") throw new TrainyardError("OVERRIDE_REASON", {});
  const run = await readJudgedRun(settings.model, settings.run, settings.baselines, ports);
  if (!settings.override) refuseUncommittedRules(run);
  return registerJudged(run, { override: settings.override ? reason : null, reading: settings.reading }, ports);
}

/** Records several runs' evaluations and registers the one that passed with the largest gain of the first gate; null when none passed. */
export async function registerBest(
  settings: Pick<RegisterSettings, "model" | "baselines" | "reading"> & { readonly runs: readonly string[] },
  ports: RegisterPorts,
): Promise<{
  best: Registration | null;
  all: { run: string; verdict: Verdict; reason: string | null; gain: number | null }[];
}> {
  const runs: JudgedRun[] = [];
  for (const id of new Set(settings.runs))
    runs.push(await readJudgedRun(settings.model, id, settings.baselines, ports));
  runs.forEach(refuseUncommittedRules);
  const all = runs.map((run) => ({
    run: run.record.id,
    verdict: run.verdict,
    reason: run.reason,
    gain: firstGain(run.report),
  }));
  const ranked = runs
    .filter((run) => run.verdict === "pass")
    .sort((a, b) => (firstGain(b.report) ?? 0) - (firstGain(a.report) ?? 0)); // stable: of equals, the first named
  for (const run of runs) if (run !== ranked[0]) await record(run, ports);
  const { reading } = settings;
  const best = ranked[0] === undefined ? null : await registerJudged(ranked[0], { override: null, reading }, ports);
  return { best, all };
}

/** @throws RUN_UNCOMMITTED */
function refuseUncommittedRules({ record, rulesUncommitted: files }: JudgedRun): void {
  if (files.length > 0) throw new TrainyardError("RUN_UNCOMMITTED", { run: record.id, files, rules: true });
}

async function registerJudged(
  run: JudgedRun,
  { override, reading }: { readonly override: string | null; readonly reading: Reading },
  ports: RegisterPorts,
): Promise<Registration> {
  const outcome = { verdict: run.verdict, reason: run.reason, run: run.record.id, evaluation: run.reportDigest };
  if (run.verdict !== "pass" && override === null) {
    await record(run, ports);
    return { ...outcome, registered: null, unchanged: false };
  }
  const { registry, store } = ports;
  const { model } = run.record;
  const overridden = isClean(run) ? null : override;
  const mayBe = async () =>
    refuse(overridden === null ? null : objectionToOverride((await registry.policy())?.policy ?? null, model));
  const stored = await mayBe()
    .then(() => storeBytes(run, { overridden, reading }, ports))
    .catch(async (error: unknown) => {
      if (isRefusal(error) && FOR_GOOD.has(error.code)) await record(run, ports);
      throw error;
    });
  const former: { withdrawn?: VersionState | undefined } = {};
  const { events, result: known } = await registry.transact<number | null>(model, async (state) => {
    const evaluation = evaluationEvent(run, state);
    former.withdrawn = state.versions.findLast(
      (version) => version.rootDigest === run.rootDigest && version.withdrawn !== null,
    );
    const same = state.versions.find((version) => version.rootDigest === run.rootDigest && version.withdrawn === null);
    if (same !== undefined) return { events: evaluation, result: same.version };
    return draftVersion(run, stored, { before: evaluation, version: state.versions.length + 1 }, ports);
  });
  const made = events.find((event) => event.type === "version.registered");
  const manifest = made === undefined ? await registry.manifest(model, known ?? 0) : registeredVersion(made);
  await publish(manifest, await store.text(manifest.card, `the card of v${manifest.version}`), ports);
  ports.progress.done(
    model,
    made !== undefined ? `registered as v${manifest.version}` : `these bytes are v${manifest.version} already`,
  );
  const { withdrawn } = former;
  if (made !== undefined && withdrawn !== undefined)
    ports.progress.note(
      `v${manifest.version} has the same bytes as v${withdrawn.version}, which was withdrawn: ${withdrawn.withdrawn}`,
    );
  return { ...outcome, registered: manifest, unchanged: made === undefined };
}

/** Refusals that no re-run mends: then at least the verdict is kept. Where a service failed, the next try keeps both. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  "DIGEST_MISMATCH",
  "FILE_NOT_FOUND",
  "POLICY_FORBIDS",
  "PREDICTIONS_UNKEPT",
]);

/** Nothing was overridden then. */
function isClean({ verdict, rulesUncommitted }: JudgedRun): boolean {
  return verdict === "pass" && rulesUncommitted.length === 0;
}

interface StoredBytes {
  readonly predictions: Sha256 | null;
  readonly evaluationProfile: Sha256 | null;
  readonly predictionsProfile: Sha256 | null;
  readonly record: Sha256;
  readonly card: Sha256;
  readonly override: { readonly reason: string; readonly by: string } | null;
}

/** Puts everything a version consists of into the store, each file checked against the digest its record names. @throws DIGEST_MISMATCH, PREDICTIONS_UNKEPT, DISK_FULL */
async function storeBytes(
  run: JudgedRun,
  { overridden, reading }: { readonly overridden: string | null; readonly reading: Reading },
  ports: RegisterPorts,
): Promise<StoredBytes> {
  const { store, actor } = ports;
  const { folder, record, report } = run;
  const { model } = record;
  const override = overridden === null ? null : { reason: overridden, by: actor.name };
  const put = async (file: { path: string; digest: Sha256 } | null | undefined): Promise<Sha256 | null> =>
    file ? (await store.put({ file: folder.path(file.path) }, { expect: file.digest })).digest : null;
  for (const file of record.modelFiles) await put({ ...file, path: `outputs/${file.path}` });
  for (const file of keptFiles(record.datasets)) await putKept(file, run, store);
  await put(record.profiles.training); // no manifest names it, its record does
  await store.put({ text: run.reportText }, { expect: run.reportDigest }); // also where the bytes are a version already
  const card = modelCard({ model, record, report, override });
  const stored = {
    predictions: await keepPredictions(run, reading, ports),
    evaluationProfile: await put(record.profiles.evaluation),
    predictionsProfile: await put(record.profiles.predictions),
    record: (await store.put({ text: run.recordText })).digest,
    card: (await store.put({ text: card })).digest,
    override,
  };
  await store.settle({ model, digest: run.rootDigest, title: `${model} v${run.version}`, card });
  return stored;
}

/** Data that is to be kept came with the bundle, or the training put it into this very store. @throws FILE_NOT_FOUND */
async function putKept(
  { path, digest, bundled }: KeptFile,
  { folder }: JudgedRun,
  store: Backend["store"],
): Promise<void> {
  try {
    await store.put({ file: folder.path(bundled) }, { expect: digest });
  } catch (error) {
    if (!isRefusal(error) || error.code !== "FILE_NOT_FOUND") throw error;
    if (!(await store.has(digest)))
      throw new TrainyardError("FILE_NOT_FOUND", { path, what: "Data that is to be kept," });
  }
}

async function draftVersion(
  run: JudgedRun,
  stored: StoredBytes,
  { before, version }: { before: EventBody[]; version: number },
  ports: RegisterPorts,
): Promise<Decision<null>> {
  const { record, report } = run;
  const { model, code } = record;
  const made = trimmed({
    kind: "trainyard.version/v1",
    model,
    version,
    rootDigest: run.rootDigest,
    files: record.modelFiles,
    size: record.modelFiles.reduce((sum, { size }) => sum + size, 0),
    run: record.id,
    inputsDigest: record.inputsDigest,
    commit: code.commit,
    headCommit: code.headCommit,
    tree: code.tree,
    params: record.inputs.params,
    metrics: report.metrics.map(({ name, candidate }) => ({ name, estimate: candidate })),
    data: record.datasets.map(({ path, digest }) => ({ path, digest })),
    verdict: run.verdict,
    evaluation: run.reportDigest,
    ...stored,
    registeredAt: timestamp(ports.clock.now()),
    by: ports.actor,
  });
  return { events: [...before, registrationOf(made)], result: null };
}

/** Appends `evaluation.recorded` where this report was not recorded yet; its bytes are stored first. */
async function record(run: JudgedRun, { registry, store, progress }: RegisterPorts): Promise<void> {
  const { model, id } = run.record;
  const { digest } = await store.put({ text: run.reportText }, { expect: run.reportDigest });
  await store.settle({ model, digest, title: `${model}: evaluation of run ${id}`, blobs: [digest] });
  const { events } = await registry.transact(model, (state) => ({ events: evaluationEvent(run, state), result: null }));
  if (events.length > 0) progress.done(model, `the evaluation of run ${id} is recorded: ${run.verdict}`);
}

function evaluationEvent(
  { record: { model, id }, rootDigest, report, reportDigest, verdict }: JudgedRun,
  state: ModelState,
): EventBody[] {
  if (state.evaluations.has(reportDigest)) return [];
  return [
    {
      type: "evaluation.recorded",
      model,
      run: id,
      report: reportDigest,
      rootDigest,
      verdict,
      rows: report.data?.rows ?? report.candidate.predictions?.rows ?? 0,
      baseline: report.baseline?.version ?? null,
      decidedBy: decidingCheck(decidingChecks(report))?.rule ?? null,
      ...(report.evaluationSet === undefined ? {} : { evaluationSet: report.evaluationSet }),
      ...(report.rowSet === undefined ? {} : { rowSet: report.rowSet }),
    },
  ];
}
