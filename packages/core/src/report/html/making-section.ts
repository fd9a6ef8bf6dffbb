import { htmlText } from "../../escape.ts";
import type { Change, EvaluationReport, Side } from "../../evaluate/evaluation-report.ts";
import { groupNoun } from "../../group-noun.ts";
import { luckyPass } from "../../statistics/proportion.ts";
import { duration } from "../../time.ts";
import { moment } from "../format/moment.ts";
import { count, counted, levelText, percent } from "../format/number.ts";
import { changeRows, changesSummary } from "../verdict/change-summary.ts";
import { scoringText, sizeText } from "../verdict/footprint-text.ts";
import { reproduceLines } from "../verdict/reproduce-lines.ts";
import { htmlFacts, htmlTable } from "./element.ts";

const SCORED: Readonly<Record<Side["scoredBy"], string>> = {
  stored: "scores stored with the version",
  "candidate-job": "scored by the candidate's job",
  both: "scores stored with the version, and for rows it has none of, scored by the candidate's job",
  given: "a file that was given",
};

const METHODS: Readonly<Record<EvaluationReport["method"]["interval"], string>> = {
  "cluster-bootstrap": "bootstrap over groups",
  "cluster-t": "t intervals over groups",
  bootstrap: "bootstrap over rows",
  analytic: "analytic",
  reported: "as the training reported it",
  point: "none: point values only",
};

export function changeSection(changes: readonly Change[]): string {
  if (changes.length === 0) return "<p>Nothing that Trainyard records differs from the baseline.</p>";
  const all = changeRows(changes);
  const rows = all.slice(0, 200).map(({ what, name, from, to }) => [what, name, from ?? "–", to ?? "–"]);
  const more = all.length > rows.length ? `<p class="muted">… and ${count(all.length - rows.length)} more.</p>` : "";
  const table = htmlTable(
    [
      { name: "what" },
      { name: "name", kind: "long" },
      { name: "baseline", kind: "long" },
      { name: "candidate", kind: "long" },
    ],
    rows,
    true,
    "What changed",
  );
  return `<p>${htmlText(changesSummary(changes))}.</p>\n${table}${more}`;
}

/** Everything needed to check the verdict: rows, pairing, method, digests. */
export function makingSection(report: EvaluationReport): string {
  const { method, pairing, data, candidate, baseline } = report;
  const groups =
    method.groups === null
      ? null
      : `${method.groups}${method.clusters === null ? "" : `, ${counted(method.clusters, groupNoun(method.groups, 1), groupNoun(method.groups, 2))}`}`;
  const draws = method.replicates > 0 ? `, ${count(method.replicates)} replicates, seed ${method.seed}` : "";
  return htmlFacts([
    ["judged", moment(report.at, report.simulatedClock)],
    ["commit", report.commit === null ? null : code(report.commit)],
    ["rows", data === null ? null : `${data.path}, ${counted(data.rows, "row")}`],
    ["runs these rows have judged", wearText(report)],
    ["rows' digest", data?.digest == null ? null : code(data.digest)],
    [
      "intervals",
      `${method.interval === "point" ? "" : `${levelText(method.level)}, `}${METHODS[method.interval]}${draws}`,
    ],
    ["clustered by", groups],
    [
      "comparison",
      pairing.mode === "none"
        ? null
        : `${pairing.mode}, ${counted(pairing.rows, "row")}, ${percent(pairing.overlap)} overlap${pairing.labelsChanged > 0 ? `, ${counted(pairing.labelsChanged, "label")} changed` : ""}`,
    ],
    ["candidate", sideText(candidate)],
    ["candidate's digest", candidate.rootDigest === null ? null : code(candidate.rootDigest)],
    [
      "baseline",
      baseline === null
        ? report.noBaseline === "never-held"
          ? report.unheld === undefined
            ? "none: the first model"
            : `none: ${report.unheld.alias} was never held`
          : "none was asked for"
        : sideText(baseline),
    ],
    ["baseline's digest", baseline?.rootDigest == null ? null : code(baseline.rootDigest)],
    ["model's files", sizeText(report)],
    ["scoring", scoringText(report)],
    ["training took", report.trainingSeconds === null ? null : duration(report.trainingSeconds)],
  ]);
}

/** "4 of at most 20", or how likely it is that of so many tries one passes by luck. */
function wearText({ wear, method }: EvaluationReport): string | null {
  if (wear === undefined) return null;
  if (wear.budget !== null) return `${count(wear.runs)} of at most ${count(wear.budget)}, this one included`;
  const luck = luckyPass(wear.runs, 1 - method.level);
  return `${count(wear.runs)}, this one included: were none better than its baseline, the chance that one passed for better by luck is ${percent(luck)}`;
}

/** What to type to get the same again. Empty for files that somebody gave. */
export function reproduceSection(report: EvaluationReport): string {
  const lines = reproduceLines(report);
  return lines.length === 0
    ? ""
    : `<pre tabindex="0"><code>${lines.map((line) => htmlText(line)).join("\n")}</code></pre>`;
}

function sideText({ label, run, scoredBy, predictions }: Side): string {
  const scored = predictions === null ? "" : `, ${SCORED[scoredBy]} (${counted(predictions.rows, "row")})`;
  return `${label}${run === null ? "" : `, run ${run}`}${scored}`;
}

function code(text: string): { html: string } {
  return { html: `<code>${htmlText(text)}</code>` };
}
