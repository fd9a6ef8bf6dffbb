import type { Check } from "../../check/check.ts";
import type { Pairing } from "../rows/pairing.ts";

/** What is wrong with the rows a verdict is to be given on, worst first; none where nothing is. */
export function rowChecks(
  pairing: Pairing | null,
  { scored, evaluationRows, against }: { scored: number; evaluationRows: number | null; against: string },
): Check[] {
  const checks: Check[] = [];
  if (pairing !== null && pairing.labelsChanged > 0) checks.push(labelsChanged(pairing, against));
  if (pairing !== null && pairing.weightsChanged > 0) checks.push(weightsChanged(pairing, against));
  if (evaluationRows !== null && scored < evaluationRows)
    checks.push(rowsMissing(evaluationRows - scored, evaluationRows));
  else if (pairing !== null && pairing.leftOut !== null) checks.push(rowsLeftOut(pairing.leftOut, against));
  return checks;
}

function labelsChanged({ labelsChanged, rows }: Pairing, against: string): Check {
  return {
    id: "labels-changed",
    subject: "y_true",
    rule: `y_true as ${against} was judged on`,
    status: "fail",
    actual: labelsChanged,
    interval: null,
    limit: 0,
    unit: "rows",
    reason: `${count(labelsChanged)} of ${count(rows)} labels differ for the same id (LABELS_CHANGED): the evaluation set changed, so the figures do not compare`,
    severity: "fail",
  };
}

/** Weights stand in the candidate's own file: weighing down the rows it gets wrong would make any model the better one. */
function weightsChanged({ weightsChanged, rows }: Pairing, against: string): Check {
  return {
    id: "weights-changed",
    subject: "sample_weight",
    rule: `sample_weight as ${against} was judged with`,
    status: "fail",
    actual: weightsChanged,
    interval: null,
    limit: 0,
    unit: "rows",
    reason: `${count(weightsChanged)} of ${count(rows)} rows weigh otherwise than for ${against} (WEIGHTS_CHANGED): the figures do not compare`,
    severity: "fail",
  };
}

function rowsMissing(missing: number, of: number): Check {
  return {
    id: "rows-missing",
    subject: "rows",
    rule: "every row of evaluate.data has a score",
    status: "fail",
    actual: missing,
    interval: null,
    limit: 0,
    unit: "rows",
    reason: `${count(missing)} of ${count(of)} evaluation rows have no score: a model that leaves rows out is judged on the easier ones`,
    severity: "fail",
  };
}

/** Inconclusive, since the evaluation set itself may have become smaller. */
function rowsLeftOut({ rows, of }: { rows: number; of: number }, against: string): Check {
  return {
    id: "rows-missing",
    subject: "rows",
    rule: `the rows ${against} was judged on have a score`,
    status: "inconclusive",
    actual: rows,
    interval: null,
    limit: 0,
    unit: "rows",
    reason: `the candidate has no score for ${count(rows)} of the ${count(of)} rows of ${against}: it may have left out the hard ones`,
    severity: "fail",
  };
}

/** A number of rows in a sentence. */
export const count = (rows: number): string => rows.toLocaleString("en-US");
