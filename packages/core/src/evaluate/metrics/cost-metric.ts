import type { JudgedRows } from "../rows/predictions.ts";
import { POSITIVE, ratio } from "./define.ts";

/** What the decision of each row costs. */
function costOfRows({ rows, classes, labels, decisions, costs }: JudgedRows): Float64Array {
  const cost = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const [truth, decided] = [(labels as Float64Array)[row] as number, (decisions as Int32Array)[row] as number];
    cost[row] = (costs as Float64Array)[truth * classes.length + decided] as number;
  }
  return cost;
}

/** The mean cost of a row's decision, by the costs that evaluate.costs sets (Elkan 2001). */
export const expectedCost = ratio("expected_cost", (rows) => ({ above: costOfRows(rows), below: null }), {
  goal: "minimize",
  range: POSITIVE,
  needs: "costs",
});
