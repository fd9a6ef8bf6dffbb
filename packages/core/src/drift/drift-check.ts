import type { Backend } from "../backend.ts";
import type { Check } from "../check/check.ts";
import type { ModelConfig } from "../config/config.ts";
import type { Params } from "../data/params.ts";
import { Profile } from "../data/profile.ts";
import { type FileRef, parseDocument, prettyJson, type Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import type { Registry } from "../registry/read/registry.ts";
import { DAY, instant, timestamp } from "../time.ts";
import { type HandedScores, needsScoring } from "./current-scores.ts";
import { dayRange, dayText } from "./days.ts";
import { type DriftConfig, driftConfig } from "./drift-config.ts";
import { DriftReport, type RetrainCandidate } from "./drift-report.ts";
import { foundBroken } from "./found-broken.ts";
import { judge } from "./judge.ts";
import { lookedAt } from "./looked-at.ts";
import { repeatedFiles, sameBatch, staleBatch } from "./stale.ts";
import { summaryOf } from "./summary.ts";
import { retrainUnderWay } from "./under-way.ts";

export interface DriftSettings {
  readonly model: string;
  readonly config: ModelConfig;
  /** Whose live version is the reference. */
  readonly environment: string;
  /** Patterns to look at instead of drift.current; empty: drift.current. */
  readonly current: readonly string[];
  /** What drift leads to instead of drift.on-drift; null: as configured. */
  readonly onDrift: DriftConfig["on-drift"] | null;
  /** Scores that another job made of the current rows; null: drift.predictions, or none. */
  readonly scores?: HandedScores | null;
}
export type DriftPorts = Pick<Backend, "store" | "tables" | "workspace" | "sha256" | "clock" | "progress" | "actor"> & {
  registry: Registry;
};

/**
 * Holds the current rows against what the live version was judged on, and says what should happen next. Drift and broken data become an
 * event with the stored report; a quiet check leaves no trace on the registry. What this workflow run recorded already it does not record again.
 * @returns The report, its digest in the store and its event's number; both null when nothing was recorded.
 * @throws SETTING_MISSING, NOT_DEPLOYED, PROFILE_MISSING, NO_CURRENT_DATA, SCORES_MISSING, COLUMN_MISSING, COLUMN_TYPE, SCORES_FOREIGN
 */
export async function driftCheck(
  settings: DriftSettings,
  ports: DriftPorts,
): Promise<{ report: DriftReport; digest: Sha256 | null; event: number | null }> {
  const { model, environment } = settings;
  const config = driftConfig(model, settings.config, settings.current);
  const state = await ports.registry.state(model);
  const version = state.aliases.get(environment)?.version ?? null;
  if (version === null) throw new TrainyardError("NOT_DEPLOYED", { model, environment });
  const before = await recordedByThisRun(model, ports);
  if (before !== null) return before;
  const manifest = await ports.registry.manifest(model, version);
  const look = await lookAt(settings, config, manifest, state.drifts, ports);

  const onDrift = settings.onDrift ?? config["on-drift"];
  const told = (action: DriftReport["action"]): DriftReport => {
    const retrain =
      action === "retrain" ? { reason: "", candidates: candidates(settings, config, look.trainable) } : null;
    const summary = summaryOf({ ...look.report, action, retrain });
    return { ...look.report, action, retrain: retrain === null ? null : { ...retrain, reason: summary }, summary };
  };
  const { verdict } = look.report;
  if (verdict === "quiet" || verdict === "insufficient-data")
    return { report: told("none"), digest: null, event: null };

  const { events, result } = await ports.registry.transact(model, async (now) => {
    const live = { environment, version, candidates: config.retrain.length };
    const busy = verdict === "drift" && onDrift === "retrain" && retrainUnderWay(now, live);
    const report = told(verdict === "data-broken" ? "stopped" : busy ? "running" : onDrift);
    const { digest } = await ports.store.put({ text: prettyJson(report) });
    await ports.store.settle({ model, digest, title: `${model} v${version}: drift report` });
    const retrain = report.action === "retrain";
    const event = {
      type: "drift.detected" as const,
      model,
      version,
      verdict,
      report: digest,
      retrain,
      summary: report.summary,
    };
    return { events: [event], result: { report, digest } };
  });
  return { ...result, event: events.find((event) => event.type === "drift.detected")?.seq ?? null };
}

/** Events looked through for one of this workflow run: a re-run follows its first try soon. */
const RECENT = 50;

/** What an earlier try of the same workflow run found and recorded, before it was cut off. */
async function recordedByThisRun(model: string, { registry, store, actor }: DriftPorts) {
  if (actor.url === undefined) return null;
  const event = (await registry.events(model, RECENT)).findLast(
    ({ type, by }) => type === "drift.detected" && by.url === actor.url,
  );
  if (event?.type !== "drift.detected") return null;
  const report = parseDocument(DriftReport, await store.text(event.report, "drift report"), "drift report");
  return { report, digest: event.report, event: event.seq };
}

type Look = {
  report: Omit<DriftReport, "action" | "retrain" | "summary">;
  /** Everything delivered up to now that a retraining may read. */
  trainable: readonly string[];
};

async function lookAt(
  settings: DriftSettings,
  config: DriftConfig,
  manifest: ModelVersion,
  drifts: readonly { at: string; version: number }[],
  ports: DriftPorts,
): Promise<Look> {
  const { model } = settings;
  const now = ports.clock.now();
  const at = timestamp(now);
  const reference = await evaluationProfile(manifest, ports);
  const scored =
    manifest.predictionsProfile === null
      ? null
      : await profile(manifest.predictionsProfile, "profile of the predictions", ports);
  const today = Math.floor(now / DAY);
  const { current, labels, window } = await lookedAt(config, now, ports);
  const rule = {
    alpha: config["false-alarms-per-year"] / config["runs-per-year"],
    minorEffect: config["minor-effect"],
    majorEffect: config["major-effect"],
  };
  const groups = settings.config.evaluate.groups ?? null;
  const found = await judge(
    {
      config,
      task: settings.config.task,
      groups,
      rule,
      at,
      reference,
      scored,
      current,
      labels,
      manifest,
      handed: settings.scores ?? null,
    },
    ports,
  );

  const days = current.days === null ? null : dayRange(current.days);
  const newest = window.newest ?? days?.[1] ?? null;
  const stale =
    newest === null || config.window === undefined ? null : staleBatch(newest, today, config["runs-per-year"]);
  const again = config.window === undefined ? await seenBefore(model, config, current.files, now, ports) : null;
  const last = drifts.at(-1);
  const lastAt = last === undefined ? null : instant(last.at);
  const broken = [...repeatedFiles(current.files), ...[stale, again].filter((check) => check !== null)];
  const bad = found.verdict === "drift" ? await foundBroken(model, ports) : new Set<string>();
  const unscored = needsScoring(settings.config) && found.score === null && found.verdict !== "data-broken";
  const left = current.past.filter((file) => bad.has(file.digest)).length;
  return {
    trainable: [...current.past, ...(labels?.past ?? [])]
      .filter((file) => !bad.has(file.digest))
      .map((file) => file.path),
    report: {
      kind: "trainyard.drift/v1",
      model,
      version: manifest.version,
      verdict: broken.length > 0 ? "data-broken" : found.verdict,
      reference: { source: reference.source, rows: reference.rows, profile: manifest.evaluationProfile },
      current: {
        files: current.files.map(({ path, digest }) => ({ path, digest })),
        rows: current.table.rows,
        from: days === null ? null : dayText(days[0]),
        to: days === null ? null : dayText(days[1]),
      },
      alpha: rule.alpha,
      falseAlarmsPerYear: config["false-alarms-per-year"],
      runsPerYear: config["runs-per-year"],
      columns: found.columns,
      score: found.score,
      performance: found.performance,
      checks: [...found.checks.filter(decides), ...broken, ...found.checks.filter((check) => !decides(check))],
      notes: [
        ...found.notes,
        ...(unscored ? ["Nobody scored these rows, so the model's answers were not looked at."] : []),
        ...(left === 0
          ? []
          : [`${left} delivered files were part of a batch found broken before: a retraining leaves them out.`]),
      ],
      daysSinceLastCheck: lastAt === null ? null : (now - lastAt) / DAY,
      at,
      simulatedClock: ports.clock.simulated,
    },
  };
}

const decides = (check: Check) => check.status === "fail";

async function evaluationProfile(manifest: ModelVersion, ports: Pick<Backend, "store">): Promise<Profile> {
  const { model, version, evaluationProfile: digest } = manifest;
  if (digest === null) throw new TrainyardError("PROFILE_MISSING", { model, version });
  return profile(digest, "profile of the evaluation rows", ports);
}

async function profile(digest: Sha256, what: string, ports: Pick<Backend, "store">): Promise<Profile> {
  return parseDocument(Profile, await ports.store.text(digest, what), what);
}

/** The batch of the last drift event, if these are the same files and it was judged at least half a cadence ago. */
async function seenBefore(
  model: string,
  config: DriftConfig,
  files: readonly FileRef[],
  now: number,
  ports: DriftPorts,
) {
  const events = await ports.registry.events(model);
  const last = events.findLast((event) => event.type === "drift.detected");
  if (last === undefined || last.type !== "drift.detected") return null;
  const age = now - (instant(last.at) ?? now);
  if (age < (365 / config["runs-per-year"] / 2) * DAY) return null;
  const report = parseDocument(DriftReport, await ports.store.text(last.report, "drift report"), "drift report");
  return sameBatch(files, { at: last.at, digests: report.current.files.map((file) => file.digest) });
}

/** What to train next: the configured variations, on the committed data and everything delivered since. */
function candidates(settings: DriftSettings, config: DriftConfig, delivered: readonly string[]): RetrainCandidate[] {
  const committed = settings.config.train.data.flatMap((data) =>
    typeof data === "string" ? [data] : "path" in data ? [data.path] : [],
  );
  const data = [...new Set([...committed, ...delivered])];
  return config.retrain.map(({ set }) => ({ set: set as Params, data }));
}
