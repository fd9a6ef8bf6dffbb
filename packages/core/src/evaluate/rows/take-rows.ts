import type { Factor } from "./factor.ts";
import type { JudgedRows } from "./predictions.ts";

/** Only some rows of a side. */
export function takeRows<T extends JudgedRows & { readonly slices: readonly Factor[] }>(
  side: T,
  rows: Uint32Array,
): JudgedRows & { slices: readonly Factor[] } {
  const cut = (factor: Factor): Factor => ({
    ...factor,
    codes: taken(factor.codes, new Int32Array(rows.length), rows),
  });
  const width = widthOf(side);
  const each = side.task === "multilabel" ? width : 1;
  return {
    task: side.task,
    rows: rows.length,
    classes: side.classes,
    labels: side.labels && taken(side.labels, new Float64Array(rows.length * each), rows, each),
    scores: side.scores && taken(side.scores, new Float64Array(rows.length * width), rows, width),
    decisions: side.decisions && taken(side.decisions, new Int32Array(rows.length * each), rows, each),
    weights: side.weights && taken(side.weights, new Float64Array(rows.length), rows),
    extra: Object.fromEntries(
      Object.entries(side.extra).map(([name, values]) => [name, taken(values, new Float64Array(rows.length), rows)]),
    ),
    ...(side.named && { named: takenNamed(side.named, rows) }),
    groups: side.groups && cut(side.groups),
    slices: side.slices.map(cut),
    ...(side.costs && { costs: side.costs }),
  };
}

function takenNamed(named: ReadonlyMap<string, Float64Array>, rows: Uint32Array): ReadonlyMap<string, Float64Array> {
  return new Map([...named].map(([name, values]) => [name, taken(values, new Float64Array(rows.length), rows)]));
}

/** Copies rows of `width` numbers each; a plain loop, since these arrays are long and `from` is ten times slower. */
function taken<A extends Float64Array | Int32Array>(from: A, into: A, rows: Uint32Array, width = 1): A {
  let place = 0;
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * width;
    for (let k = 0; k < width; k++) into[place++] = from[start + k] as number;
  }
  return into;
}

/** Scores of a row. */
export const widthOf = ({ task, classes }: JudgedRows) =>
  task === "multiclass" || task === "multilabel" ? classes.length : 1;
