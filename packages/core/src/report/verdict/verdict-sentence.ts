import { decidingCheck } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import { type CheckKind, decidingChecks, furtherBaseline, kindOf, STANDARD_MISSING } from "../../evaluate/check-ids.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { metricTitle } from "../format/metric-name.ts";
import { count, counted } from "../format/number.ts";
import type { Phrase, Sentence } from "../phrase.ts";
import { type GateReading, gateReadings } from "./gate-reading.ts";
import { UNVERIFIED } from "./gate-table.ts";
import { aboveStandard, inconclusive, leadingGate, lessOrMore, saidOf } from "./verdict-clauses.ts";

/** What came out, as one word for tables and tests. */
export type Outcome =
  | "better"
  | "no-worse"
  | "meets-standard"
  | "first-model"
  | "inconclusive"
  | "worse"
  | "below-standard"
  | "not-comparable"
  | "failed"
  | "unchanged";

/** The verdict as a colleague would say it. `headline` follows the model's name and a colon; `body` starts with a capital. */
export interface VerdictSentence {
  readonly outcome: Outcome;
  readonly headline: string;
  readonly body: Sentence;
}

/** Verdict, against what, by how much, on how much evidence, what decided. */
export function verdictSentence(report: EvaluationReport): VerdictSentence {
  const readings = gateReadings(report);
  const baseline = visibleText(report.baseline?.label ?? "the baseline", 60);
  if (report.unchanged && report.verdict === "pass") {
    return {
      outcome: "unchanged",
      headline: `unchanged, the same bytes as ${baseline}`,
      body: ["Every model file is byte for byte the baseline's. There is nothing to judge."],
    };
  }
  const decided = decidingCheck(decidingChecks(report));
  const reading = readings.find(({ check }) => check === decided) ?? null;
  const said = report.doubts
    ? doubted(sayPass(report, readings, baseline), report.doubts)
    : sayVerdict(report, readings, reading, baseline);
  return { ...said, headline: said.headline + mark(report), body: [...said.body, ...caveats(report)] };
}

/** Point values that helped to decide are marked wherever the headline stands: in a title, a badge, a check. */
function mark({ checks }: EvaluationReport): string {
  const deciding = checks.filter(({ severity, status }) => severity === "fail" && status !== "skipped");
  const points = deciding.filter(({ pointOnly }) => pointOnly === true).length;
  if (points === 0) return "";
  return points === deciding.length ? `, ${UNVERIFIED}` : `, partly ${UNVERIFIED}`;
}

function sayVerdict(
  report: EvaluationReport,
  readings: readonly GateReading[],
  deciding: GateReading | null,
  baseline: string,
): VerdictSentence {
  if (report.verdict === "fail") return failed(report, readings, deciding, baseline);
  if (deciding?.check.id === STANDARD_MISSING) return figuresAlone();
  if (report.verdict === "inconclusive") {
    return {
      outcome: "inconclusive",
      headline: headlineOfDoubt(report, deciding),
      body: inconclusive(report, deciding),
    };
  }
  return sayPass(report, readings, baseline);
}

function figuresAlone(): VerdictSentence {
  return {
    outcome: "inconclusive",
    headline: "figures alone, no verdict",
    body: ["Neither a baseline nor an absolute gate was named, so nothing was held against it."],
  };
}

/** What a pass would say, and why it is not one yet. */
function doubted(pass: VerdictSentence, doubts: readonly string[]): VerdictSentence {
  return {
    outcome: "inconclusive",
    headline: `${pass.headline}, if a maintainer confirms it`,
    body: [...pass.body, ...doubts.map((doubt) => ` ${doubt}`)],
  };
}

function sayPass(report: EvaluationReport, readings: readonly GateReading[], baseline: string): VerdictSentence {
  const lead = leadingGate(readings);
  if (report.baseline === null) return firstModel(report, readings);
  if (lead === null) {
    const standard = readings.find((reading) => reading.kind === "absolute" && reading.check.status === "pass");
    if (standard === undefined)
      return {
        outcome: "failed",
        headline: "judged without a gate",
        body: ["No gate compared it with ", baseline, ". "],
      };
    return {
      outcome: "meets-standard",
      headline: "meets its standard",
      body: [...aboveStandard(standard), " No gate compared it with ", baseline, ".", gatesPassed(readings)],
    };
  }
  const better = gains(lead);
  return {
    outcome: better ? "better" : "no-worse",
    headline: `${better ? "better" : "no worse"} than ${baseline}`,
    body: [...lessOrMore(report, lead), gatesPassed(readings)],
  };
}

function failed(
  report: EvaluationReport,
  readings: readonly GateReading[],
  deciding: GateReading | null,
  baseline: string,
): VerdictSentence {
  const { labelsChanged, rows } = report.pairing;
  if (labelsChanged > 0 && readings.some(({ check }) => check.id === "labels-changed" && check.status === "fail")) {
    const of =
      rows >= labelsChanged ? `${count(labelsChanged)} of ${counted(rows, "label")}` : counted(labelsChanged, "label");
    const verb = labelsChanged === 1 ? "differs from the one " : "differ from the ones ";
    return {
      outcome: "not-comparable",
      headline: "not comparable",
      body: [`${of} ${verb}`, baseline, " was judged on. The evaluation set changed."],
    };
  }
  const beside = deciding === null ? null : failedBeside(deciding, baseline);
  if (beside !== null) return beside;
  if (deciding === null || deciding.kind === "other" || deciding.shown === null) {
    const body: Phrase[] = [deciding === null ? "A deciding check failed." : `${saidOf(deciding)}.`];
    return { outcome: "failed", headline: "failed a check", body };
  }
  const gates: Phrase[] = [" ", ...failedGates(readings)];
  const against = deciding.further === null ? baseline : visibleText(deciding.further.label, 60);
  if (deciding.kind === "absolute")
    return { outcome: "below-standard", headline: "below its standard", body: [...aboveStandard(deciding), ...gates] };
  return { outcome: "worse", headline: `worse than ${against}`, body: [...lessOrMore(report, deciding), ...gates] };
}

/** The sentence of a check whose numbers stand beside the report's table; null of those in it. */
function failedBeside(deciding: GateReading, baseline: string): VerdictSentence | null {
  const { check, decimals } = deciding;
  const { subject, actual, interval, reason, rule, unit } = check;
  const other = furtherBaseline(check);
  const against = other === null ? baseline : visibleText(other, 60);
  const title = metricTitle(subject);
  switch (kindOf(check)) {
    case "slices":
      return {
        outcome: "worse",
        headline: `worse than ${against} in some slices`,
        body: [`${title}: `, `${reason ?? rule}.`],
      };
    case "fairness": {
      const shown = actual === null ? "" : `a ${unit} of ${estimateText({ value: actual, interval }, decimals)}, `;
      const body = [`${title}: ${shown}`, `${reason ?? "unequal"}. The rule is: ${rule}.`];
      return { outcome: "failed", headline: "unequal between groups", body };
    }
    case "anchor":
      return { outcome: "worse", headline: "worse than its anchor", body: besideTheTable(deciding) };
    default:
      return null;
  }
}

/** Of a check whose numbers are not those of the report's table. */
function besideTheTable({ check, decimals }: GateReading): Phrase[] {
  const { subject, actual, interval, reason, rule } = check;
  const shown = actual === null ? "" : ` (difference ${estimateText({ value: actual, interval }, decimals, true)})`;
  return [`${metricTitle(subject)}${shown}: `, `${reason ?? `not ${rule.replace(`${subject} `, "")}`}.`];
}

function firstModel(report: EvaluationReport, readings: readonly GateReading[]): VerdictSentence {
  const standards = readings.filter((reading) => reading.kind === "absolute" && reading.check.status === "pass");
  const first = report.noBaseline !== "not-asked";
  const { unheld } = report;
  const opening = unheld
    ? `v${unheld.newest} is registered, but nobody ever held ${unheld.alias}. `
    : first
      ? "There is nothing to compare it with. "
      : "No baseline was asked for. ";
  const body: Phrase[] =
    standards.length === 0
      ? ["No standard was set, so this verdict carries no claim."]
      : standards.flatMap((reading, at) => [at === 0 ? "" : " ", ...aboveStandard(reading)]);
  const compared = standards.length === 0 ? "compared with nothing" : "meets its standard";
  const headline = unheld ? "compared with no version" : first ? "first version" : compared;
  return { outcome: first ? "first-model" : "meets-standard", headline, body: [opening, ...body] };
}

/** True when the whole interval shows a gain. Point values claim it only where the gate asked for better. */
function gains({ metric, check, shown }: GateReading): boolean {
  if (metric === null || shown === null) return false;
  const less = metric.goal === "minimize";
  const { interval, value } = shown;
  if (interval === null) return (less ? value < 0 : value > 0) && kindOf(check) === "improvement";
  return less ? interval[1] < 0 : interval[0] > 0;
}

/** The question that is open: of a standard, of the rows, of slices and groups it is another one than of the comparison. */
function headlineOfDoubt(report: EvaluationReport, deciding: GateReading | null): string {
  const named = (deciding === null ? null : furtherBaseline(deciding.check)) ?? report.baseline?.label ?? null;
  const against = visibleText(named ?? "the baseline", 60);
  const compared = named === null ? "meets its standard" : `is better or worse than ${against}`;
  const question: Readonly<Record<CheckKind, string>> = {
    standard: "meets its standard",
    improvement: compared,
    margin: compared,
    slices: `is worse than ${against} in some slices`,
    anchor: "is worse than its anchor",
    fairness: "treats groups alike",
    rows: named === null ? "may be judged on these rows" : `may be compared with ${against} on these rows`,
  };
  return `cannot tell yet whether it ${deciding === null ? compared : question[kindOf(deciding.check)]}`;
}

function gatesPassed(readings: readonly GateReading[]): string {
  const number = readings.filter(({ check }) => check.severity === "fail" && check.status === "pass").length;
  if (number === 0) return "";
  return number === 1 ? " The gate passed." : number === 2 ? " Both gates passed." : ` All ${number} gates passed.`;
}

function failedGates(readings: readonly GateReading[]): Phrase[] {
  const failures = readings.filter(({ check }) => check.severity === "fail" && check.status === "fail");
  const names = failures.flatMap<Phrase>(({ check }, at) => [
    at === 0 ? "" : at === failures.length - 1 ? " and " : ", ",
    { code: check.subject },
  ]);
  return [failures.length === 1 ? "Gate " : "Gates ", ...names, " failed."];
}

/** What weakens the claim, said in the same breath. */
function caveats(report: EvaluationReport): Phrase[] {
  const said: Phrase[] = [];
  if (report.pointOnly)
    said.push(" Point values only: without predictions there is no interval, and no claim of significance.");
  else if (report.method.interval === "point")
    said.push(" Point values were compared; noise was not taken into account.");
  else if (report.checks.some(({ pointOnly }) => pointOnly === true))
    said.push(" Where a gate says so, point values were compared; noise was not taken into account.");
  if (report.baseline !== null && report.pairing.mode === "unpaired" && !report.pointOnly) {
    said.push(" The comparison is unpaired: each side is judged on rows of its own.");
  }
  return said;
}
