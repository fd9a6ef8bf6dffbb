import type { Check } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import type { RowFact } from "../rows/row-facts.ts";
import { count, type Known, type RowsJudged, rowCheck } from "./row-check.ts";

/** What is made of facts that the candidate's file says of its rows otherwise than the baseline's, or alone. */

/** Whether it is a check, or a note only. */
function decides({ fact, only }: RowFact, { naive }: RowsJudged, { files = false }: Known): boolean {
  if (fact === "naive" && !naive) return false;
  return only === null || (!files && (fact === "weights" || fact === "naive")); // whoever first says what counts may choose it
}

const SUBJECTS = { weights: "sample_weight", groups: "groups", slices: "slices", naive: "y_naive" } as const;

/** Facts that decide: changed ones fail, those of one side alone are inconclusive. Of several columns one check. */
export function factChecks(facts: readonly RowFact[], judged: RowsJudged, known: Known): Check[] {
  const { against, pairing } = judged;
  const rows = pairing?.rows ?? 0;
  const found = facts.filter((fact) => decides(fact, judged, known));
  return (["weights", "groups", "slices", "naive"] as const).flatMap((what) => {
    const ofOne = found.filter(({ fact }) => fact === what);
    const [first] = ofOne;
    if (first === undefined) return [];
    const columns = ofOne.map(({ column }) => visibleText(column, 40)).join(", ");
    const said = { subject: SUBJECTS[what], rule: `${columns} as ${against} was judged with` };
    if (first.only !== null) {
      const whose = first.only === "candidate" ? "the candidate's file" : `that of ${against}`;
      const reason = `${columns} stands in ${whose} alone: nobody knows whether ${against} would have been judged with the same`;
      return [rowCheck(`${what}-changed`, "inconclusive", null, { ...said, reason })];
    }
    const changed = Math.max(...ofOne.map((fact) => fact.changed));
    const reason = `${count(changed)} of ${count(rows)} rows have another ${columns} than ${against} was judged with (${what.toUpperCase()}_CHANGED): the figures do not compare`;
    return [rowCheck(`${what}-changed`, "fail", changed, { ...said, reason })];
  });
}

/** What decides nothing and a reader must know: what nothing confirms. */
export function factNotes(facts: readonly RowFact[], judged: RowsJudged, known: Known): string[] {
  const { against } = judged;
  return facts
    .filter((fact) => !decides(fact, judged, known))
    .flatMap(({ fact, column, changed, only }) => {
      const name = visibleText(column, 40);
      if (changed > 0) return [`${count(changed)} rows have another ${name} than ${against}.`];
      const without = only === "candidate" ? against : "The candidate";
      if (fact === "weights") return [`${without} has no weights: rows count as the other file says.`];
      if (fact === "naive" || known.files) return [];
      return [`No ${name} was kept with ${against}: which rows it puts together is the candidate's word.`];
    });
}
