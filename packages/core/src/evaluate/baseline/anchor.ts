import type { Backend } from "../../backend.ts";
import { type Check, verdict } from "../../check/check.ts";
import type { Gate } from "../../config/config.ts";
import { parseDocument } from "../../document.ts";
import type { VersionState } from "../../registry/fold/model-state.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { anchorCheckId } from "../check-ids.ts";
import { EvaluationReport, type MetricComparison } from "../evaluation-report.ts";
import { defaultGate } from "../judge/gate.ts";
import { judge } from "../judge/judge.ts";
import type { Judgement, JudgeSettings } from "../judge/judgement.ts";
import type { Pool } from "../judge/pool.ts";
import type { Predictions } from "../rows/predictions.ts";
import { type Baseline, baselineVersion } from "./baseline.ts";
import { type JudgedRun, sameData } from "./judge-against.ts";
import { type ReadPorts, readStored } from "./scored-files.ts";

/** The alias that, where somebody set it, names the anchor by hand. */
const ANCHOR = "anchor";

/** Margins say what a model may lose against the version before it; ten such losses are ten margins. */
function hasMargin(gate: Gate): boolean {
  return gate.margin !== undefined || gate["margin-rel"] !== undefined;
}

/**
 * The version that margins are held against besides the baseline: the one the alias `anchor` names, else the last of those before the baseline, itself
 * included, that was a significant improvement on the anchor of its day. Follows from the reports of the versions, so nothing is stored.
 */
async function findAnchor(
  model: string,
  baseline: ModelVersion,
  { registry, store }: Pick<Backend, "store"> & { readonly registry: Registry },
): Promise<number> {
  const state = await registry.state(model);
  const byHand = state.aliases.get(ANCHOR)?.version ?? null;
  if (byHand !== null) return byHand;
  if (baseline.evaluation === null) return baseline.version;
  const what = `the evaluation of ${model} v${baseline.version}`;
  const { anchor } = parseDocument(EvaluationReport, await store.text(baseline.evaluation, what), what);
  if (anchor === undefined || anchor.improved) return baseline.version;
  const found: VersionState | undefined = state.versions[anchor.version - 1];
  return found === undefined || found.withdrawn !== null ? baseline.version : anchor.version;
}

/** A significant gain on every metric that has a margin: what makes a version the next anchor. */
function improvedOn(gates: readonly Gate[], metrics: readonly MetricComparison[]): boolean {
  const held = gates.filter(hasMargin);
  return held.every(({ metric }) => {
    const interval = metrics.find(({ name }) => name === metric)?.gain?.interval ?? null;
    return interval !== null && interval[0] > 0;
  });
}

/**
 * Holds the gates with a margin against the anchor's stored scores. Only paired rows tell: on others it says that it could not, and `improved` is null. On the
 * very data that the anchor was judged on, that is no reason to pass.
 */
function heldAgainstAnchor(
  { candidate, pool }: { readonly candidate: Predictions; readonly pool: Pool | null },
  stored: Predictions | null,
  gates: readonly Gate[],
  { version, settings, same }: { version: number; settings: JudgeSettings; same: boolean | null },
): { checks: Check[]; improved: boolean | null } {
  const margins = gates.filter(hasMargin).map((gate): Gate => ({ ...gate, slices: undefined }));
  const against = `v${version}, the anchor`;
  const judged =
    stored === null
      ? null
      : judge(
          { candidate, pool, baseline: { stored, fromJob: null }, metrics: [], baselineMetrics: null, sameData: same },
          { ...settings, gates: margins, metrics: [], fairness: [], gatesAlone: true, against, noBaseline: null },
        );
  if (judged === null || judged.pairing.mode !== "paired")
    return { checks: margins.map((gate) => untested(gate, against, same === true)), improved: null };
  const checks = judged.checks
    .filter(({ subject }) => margins.some(({ metric }) => metric === subject))
    .map((check) => ({ ...check, id: anchorCheckId(check), reason: reasonOf(check, version) }));
  return { checks, improved: improvedOn(margins, judged.metrics) };
}

function untested(gate: Gate, against: string, same: boolean): Check {
  return {
    id: anchorCheckId({ subject: gate.metric }),
    subject: gate.metric,
    rule: `${gate.metric} not worse than ${against}`,
    status: same ? "inconclusive" : "skipped",
    actual: null,
    interval: null,
    limit: null,
    unit: "",
    reason: same
      ? `${against} was judged on the same data, and its scores are of other rows: losses that add up cannot be seen`
      : `${against} has no scores for these rows: losses that add up are not seen`,
    severity: gate.severity,
  };
}

function reasonOf({ status, reason }: Check, version: number): string | null {
  if (status === "pass") return null;
  if (status === "fail")
    return `losses have added up since v${version}: each version stayed within its margin, all of them together do not`;
  return reason;
}

/** The judgement with what the anchor says. */
function withAnchor(judgement: Judgement, checks: readonly Check[]): Judgement {
  const all = [...judgement.checks, ...checks];
  return { ...judgement, checks: all, verdict: judgement.unchanged ? "pass" : verdict(all) };
}

/** Holds margins against the anchor too, where there is a margin and rows to hold it on. */
export async function anchored(
  model: string,
  judgement: Judgement,
  { record, candidate, pool, reading }: Pick<JudgedRun, "record" | "candidate" | "pool" | "reading">,
  version: Baseline["version"],
  judging: JudgeSettings,
  ports: ReadPorts & Pick<Backend, "store"> & { readonly registry: Registry },
): Promise<{ judgement: Judgement; anchor: NonNullable<EvaluationReport["anchor"]> | null }> {
  const gates = judging.gates ?? [defaultGate(judgement.metrics[0]?.name ?? "")];
  if (candidate === null || version === null || judgement.unchanged || !gates.some(hasMargin))
    return { judgement, anchor: null };
  const number = await findAnchor(model, version.manifest, ports);
  const fromBaseline = { version: version.manifest.version, improved: improvedOn(gates, judgement.metrics) };
  if (number === version.manifest.version) return { judgement, anchor: fromBaseline };
  const found = await baselineVersion(model, number, `v${number}`, ports);
  const stored = await readStored(found, reading, ports);
  const same = found.record === null ? null : sameData(record, found.record);
  const { checks, improved } = heldAgainstAnchor({ candidate, pool }, stored, gates, {
    version: number,
    settings: judging,
    same,
  });
  // On other evaluation rows the old anchor never compares again: what follows is held against this baseline.
  const anchor = improved === null && same !== true ? fromBaseline : { version: number, improved: improved === true };
  return { judgement: withAnchor(judgement, checks), anchor };
}
