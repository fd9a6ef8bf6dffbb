import type { Check } from "../../check/check.ts";
import { isMany, type Pairing, type RowsBeside } from "../rows/pairing.ts";
import { factChecks } from "./fact-checks.ts";
import { count, type Known, type RowsJudged, rowCheck } from "./row-check.ts";

/** What is wrong with the rows a verdict is to be given on, worst first; none where nothing is. */
export function rowChecks(judged: RowsJudged, known: Known): Check[] {
  const { pairing, against, scored } = judged;
  const { evaluationRows = null } = known;
  const facts = pairing === null ? [] : factChecks(pairing.facts, judged, known);
  const counted = evaluationRows === null ? [] : countChecks(scored, evaluationRows);
  const beside = (pairing?.beside ?? []).flatMap((one) => besideCheck(one, judged, known) ?? []);
  const checks = [
    ...(pairing !== null && pairing.labelsChanged > 0 ? [labelsChanged(pairing, against)] : []),
    ...facts,
    ...counted,
    ...beside.filter(({ id }, at) => ![...counted, ...beside.slice(0, at)].some((other) => other.id === id)),
  ];
  const rank = ({ status }: Check) => (status === "fail" ? 0 : 1);
  return checks.toSorted((a, b) => rank(a) - rank(b));
}

function labelsChanged({ labelsChanged, rows }: Pairing, against: string): Check {
  return rowCheck("labels-changed", "fail", labelsChanged, {
    subject: "y_true",
    rule: `y_true as ${against} was judged on`,
    reason: `${count(labelsChanged)} of ${count(rows)} labels differ for the same id (LABELS_CHANGED): the evaluation set changed, so the figures do not compare`,
  });
}

/** Every evaluation row is scored once: left out, a model is judged on the easier ones; added, on easy ones of its own. */
function countChecks(scored: number, of: number): Check[] {
  if (scored < of)
    return [
      rowCheck("rows-missing", "fail", of - scored, {
        rule: "every row of evaluate.data has a score",
        reason: `${count(of - scored)} of ${count(of)} evaluation rows have no score: a model that leaves rows out is judged on the easier ones`,
      }),
    ];
  if (scored === of) return [];
  return [
    rowCheck("rows-extra", "fail", scored - of, {
      rule: "only rows of evaluate.data have a score",
      reason: `${count(scored)} rows have a score, and the evaluation data have ${count(of)}: nobody knows what the others are`,
    }),
  ];
}

/** Which rows of the baseline's the candidate has, and which others; null where nothing is wrong with that. */
function besideCheck(beside: RowsBeside, judged: RowsJudged, known: Known): Check | null {
  const { scores, missing } = beside;
  const stored = scores === "stored";
  if (stored && known.sameData === true && missing > 0) return onSameData(beside, judged);
  const alone = !stored || judged.pairing?.beside.length === 1; // beside the job's, the stored scores may be of other rows
  return alone ? onOtherData(beside, judged, known) : null;
}

/** On the same evaluation data the rows are the same ones. */
function onSameData({ of, missing, extra }: RowsBeside, { against, scored }: RowsJudged): Check {
  const same = `${against} was judged on the same data`;
  return extra > 0
    ? rowCheck("ids-changed", "fail", extra, {
        rule: `ids as ${against} was judged on`,
        reason: `${same}, and ${count(extra)} of ${count(scored)} rows are none of its ${count(of)} by their id: rows under new names cannot be compared`,
      })
    : rowCheck("rows-missing", "fail", missing, {
        rule: `the rows ${against} was judged on have a score`,
        reason: `${same}, and the candidate has no score for ${count(missing)} of its ${count(of)} rows: it may have left out the hard ones`,
      });
}

/** Where nobody knows that the data are the same, the set itself may have become another one: more than a few rows that one side lacks are inconclusive. */
function onOtherData({ scores, of, missing, extra }: RowsBeside, { against, scored }: RowsJudged, known: Known) {
  const { sameData = null, evaluationRows = null } = known;
  const lacks = `the candidate has no score for ${count(missing)} of`;
  if (scores === "stored" && sameData === false) {
    if (!isMany(missing, of) || isMany(extra, scored)) return null; // a set that moved on: not paired, and said so
    return rowCheck("rows-missing", "inconclusive", missing, {
      rule: `the rows ${against} was judged on have a score`,
      reason: `${against} was judged on other data, and ${lacks} its ${count(of)} rows: with evaluate.predict both are scored on the same ones`,
    });
  }
  if (missing === of)
    return rowCheck("ids-changed", "inconclusive", extra, {
      rule: `ids as ${against} has them`,
      reason: `no row can be found among the ${count(of)} of ${against} by its id: these may be other rows, or the same ones under other names`,
    });
  if (isMany(missing, of))
    return rowCheck("rows-missing", "inconclusive", missing, {
      rule: `the rows that ${against} has scores for have one`,
      reason: `${lacks} the ${count(of)} rows of ${against}: it may have left out the hard ones`,
    });
  const grown = sameData === false || evaluationRows !== null; // there are more of them now
  if (grown || !isMany(extra, scored)) return null;
  return rowCheck("rows-extra", "inconclusive", extra, {
    rule: `the rows ${against} was judged on, and no others`,
    reason: `${against} has no score for ${count(extra)} of the candidate's ${count(scored)} rows: they may be easy ones that were added`,
  });
}
