import type { Gate } from "../../config/config.ts";
import { visibleText } from "../../escape.ts";
import type { EvaluationReport } from "../evaluation-report.ts";
import { type Grounds, LEAST_UNITS } from "../intervals/grounds.ts";
import { saturated } from "../look/saturated.ts";
import { effectiveRows } from "../parts/part.ts";
import { isMany, type Pairing } from "../rows/pairing.ts";
import type { JudgedRows, Predictions } from "../rows/predictions.ts";
import { factNotes } from "./fact-checks.ts";
import { compares } from "./gate.ts";
import type { Evidence } from "./judgement.ts";
import { count, type RowsJudged } from "./row-check.ts";

/** What a reader must know of how the rows were brought together. */
export function pairingNotes(
  judged: RowsJudged,
  evidence: Pick<Evidence, "baseline" | "sameData" | "files">,
): string[] {
  const { pairing, scored, against } = judged;
  if (pairing === null) return [];
  const share = `${Number((100 * pairing.overlap).toPrecision(3))} %`;
  const { baseline, sameData = null } = evidence;
  const notes: string[] = [];
  if (pairing.leftOut) notes.push("Not paired: the candidate left rows out, so each side is judged on its own rows.");
  else if (!pairing.paired)
    notes.push(`Not paired: ${against} has scores for ${share} of these rows, so each side is judged on its own rows.`);
  else if (pairing.rows < scored)
    notes.push(`${count(scored - pairing.rows)} rows that ${against} has no score for are left out.`);
  if (pairing.byOrder)
    notes.push(`No id is one of ${against}'s: rows were brought together by their order, in which all labels agree.`);
  notes.push(...jobNotes(pairing, against));
  const [beside, second] = pairing.beside;
  const few = second === undefined && beside !== undefined && beside.missing > 0 && !isMany(beside.missing, beside.of);
  if (few && sameData !== true)
    notes.push(
      `The candidate has no score for ${count(beside.missing)} of the ${count(beside.of)} rows of ${against}.`,
    );
  const judgedOn = baseline?.stored?.rows ?? 0;
  if (second !== undefined && pairing.stored > 0 && isMany(judgedOn - pairing.stored, judgedOn))
    notes.push(
      `${against} was judged on ${count(judgedOn)} rows; the candidate scored ${count(pairing.stored)} of them.`,
    );
  return [...notes, ...factNotes(pairing.facts, judged, evidence)];
}

/** Whoever makes the baseline's scores can make them bad ones. */
function jobNotes({ paired, stored, fromJob }: Pairing, against: string): string[] {
  if (fromJob === 0) return [];
  if (stored === 0 || !paired) return [`The candidate's job made ${against}'s scores of all ${count(fromJob)} rows.`];
  return [
    `${against}'s scores are the stored ones on ${count(stored)} rows; the candidate's job made those of the other ${count(fromJob)}.`,
  ];
}

/** Items that were scored several times, and metrics that only one side has. */
export function scoreNotes(
  { repeats, named }: Pick<Predictions, "repeats" | "named">,
  pairing: Pairing | null,
  against: string,
): string[] {
  const notes: string[] = [];
  if (repeats !== undefined) {
    const often = repeats.least === repeats.most ? `${repeats.most}` : `${repeats.least} to ${repeats.most}`;
    notes.push(`${often} repeats an item: they are averaged first, so an item counts once.`);
  }
  const other = pairing?.baseline.named;
  const apart = other === undefined ? [] : [...(named?.keys() ?? [])].filter((name) => !other.has(name));
  if (apart.length > 0)
    notes.push(
      `${against} has no scores for ${apart.slice(0, 5).join(", ")}${apart.length > 5 ? ", …" : ""}: not compared.`,
    );
  return notes;
}

/** Runs that were judged together. */
export function seedNotes({ runs, metric, betweenSd }: NonNullable<EvaluationReport["seeds"]>): string[] {
  const digits = (value: number) => String(Number(value.toPrecision(4)));
  const [first] = runs;
  return [
    `Every figure is the mean over ${runs.length} seeds, and intervals hold what seeds change: ${metric} is ${digits(first?.value ?? 0)} for run ${visibleText(first?.run ?? "", 60)}, with a standard deviation of ${digits(betweenSd)} between seeds.`,
    "Slices, curves and flipped rows are those of that run; it is the one that can be registered.",
  ];
}

/** Labels too rare for their part in macro averages to be sure. */
export function labelNotes({ task, classes, labels, rows }: JudgedRows): string[] {
  if (task !== "multilabel" || labels === null) return [];
  const counts = new Float64Array(classes.length);
  for (let cell = 0; cell < labels.length; cell++) {
    const k = cell % classes.length;
    counts[k] = (counts[k] as number) + (labels[cell] as number);
  }
  const rare = classes.filter((_, k) => Math.min(counts[k] as number, rows - (counts[k] as number)) < LEAST_UNITS);
  if (rare.length === 0) return [];
  const names = rare
    .slice(0, 5)
    .map((name) => visibleText(name, 40))
    .join(", ");
  return [
    `Under ${LEAST_UNITS} rows have, or have not, ${rare.length} of ${classes.length} labels (${names}${rare.length > 5 ? ", …" : ""}): their part in macro averages is unsure.`,
  ];
}

/** Rows that do not count alike. */
export function weightNotes(rows: JudgedRows, unused: string | undefined): string[] {
  if (rows.weights === null)
    return unused === undefined
      ? []
      : [`Column ${unused} weighs no row: evaluate.columns does not name it (sample_weight: ${unused}).`];
  const alike = Math.round(effectiveRows(rows));
  return [
    `Rows are weighted by their weight column: ${count(rows.rows)} of them say as much as ${count(alike)} that count alike.`,
  ];
}

/** A log loss that a few rows rule; where both sides' are, the candidate's is what its author can mend. */
export function lossNotes(candidate: JudgedRows, baseline: JudgedRows | null, against: string): string[] {
  const sides = [
    { who: "the candidate", rows: candidate },
    ...(baseline === null ? [] : [{ who: against, rows: baseline }]),
  ];
  return sides.flatMap(({ who, rows }) => {
    const found = saturated(rows);
    if (found === null) return [];
    const share = Math.round(100 * found.share);
    return [
      `${count(found.rows)} of ${count(rows.rows)} rows ${found.rows === 1 ? "makes" : "make"} up ${share} % of the log loss of ${who}: ${found.rows === 1 ? "a probability of exactly 0 or 1 that is" : "probabilities of exactly 0 or 1 that are"} wrong. Clip them in the scoring (to 0.001 and 0.999, say); more rows do not settle such a loss.`,
    ];
  });
}

/** What a reader must know of the evidence and the gates. */
export function notesOf(gates: readonly Gate[], grounds: Grounds | null, firstModel: boolean): string[] {
  const notes: string[] = [];
  if (grounds !== null && grounds.count < LEAST_UNITS)
    notes.push(`Only ${grounds.count} ${grounds.of}: intervals are shown, but decide nothing under ${LEAST_UNITS}.`);
  if (firstModel && gates.length > 0 && gates.every(compares))
    notes.push("No gate is an absolute standard (min or max): a first model needs one to be registered.");
  return notes;
}
