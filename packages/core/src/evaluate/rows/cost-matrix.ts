import type { Costs } from "../../config/costs.ts";
import { describe } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { JudgedRows } from "./predictions.ts";

/**
 * What it costs to decide class d for a row of class t, at t × classes + d. A decision that the costs do not name costs 0 where it is right and 1 where it
 * is wrong.
 * @throws COSTS_UNFIT for a task without decisions, for false_positive of more than two classes, and for a class that the scores do not know
 */
export function costMatrix(costs: Costs, { task, classes, scores }: JudgedRows): Float64Array {
  if (classes.length === 0)
    throw new TrainyardError("COSTS_UNFIT", { problem: `task ${task} decides between no classes` });
  const count = classes.length;
  const matrix = new Float64Array(count * count).fill(1);
  for (let k = 0; k < count; k++) matrix[k * count + k] = 0;
  if (isBinary(costs)) {
    if (task !== "binary")
      throw new TrainyardError("COSTS_UNFIT", { problem: `false_positive is not known of ${count} classes` });
    matrix[1] = costs.false_positive;
    matrix[2] = costs.false_negative;
    return matrix;
  }
  const place = new Map(classes.map((name, k) => [name, k]));
  const placeOf = (name: string) => {
    const found = place.get(name);
    // Without scores, a class that no row has is not known of either.
    if (found !== undefined || scores === null) return found;
    const near = nearest(name, classes);
    const meant = near === null ? "" : `; did you mean ${describe(near)}?`;
    throw new TrainyardError("COSTS_UNFIT", { problem: `no row and no score is of class ${describe(name)}${meant}` });
  };
  for (const [truth, decisions] of Object.entries(costs))
    for (const [decided, cost] of Object.entries(decisions)) {
      const [t, d] = [placeOf(truth), placeOf(decided)];
      if (t !== undefined && d !== undefined) matrix[t * count + d] = cost;
    }
  return matrix;
}

function isBinary(costs: Costs): costs is { false_positive: number; false_negative: number } {
  return typeof costs["false_positive"] === "number";
}

/** Reads `false_positive=1` and `false_negative=5` of a command line; what is left out costs 1. Null without either. @throws INPUT_INVALID */
export function parseCosts(given: readonly string[]): Costs | null {
  if (given.length === 0) return null;
  const costs = { false_positive: 1, false_negative: 1 };
  for (const text of given) {
    const [, kind, cost] = /^(false_positive|false_negative)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (kind === undefined)
      throw new TrainyardError("INPUT_INVALID", {
        input: "cost",
        expected: "false_positive=COST or false_negative=COST, a number from 0 on",
        got: describe(text),
      });
    costs[kind as keyof typeof costs] = Number(cost);
  }
  return costs;
}
