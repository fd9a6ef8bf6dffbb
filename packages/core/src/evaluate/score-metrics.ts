import type { JudgedRows, MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

/** Means over rows or queries: places in the sums are the count, then one sum a metric. */
const meanOf = (name: string, place: number): MetricDefinition => ({
  name,
  goal: "maximize",
  unit: "",
  needs: "scores",
  range: name === "mean_score" ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : [0, 1],
  from: { kind: "sums", of: (sums) => (sums[place] as number) / (sums[0] as number) },
});

function dense(rows: number, columns: readonly Float64Array[]): RowFeatures {
  return {
    size: columns.length,
    add(row, into, offset) {
      for (let k = 0; k < columns.length; k++)
        into[offset + k] = (into[offset + k] as number) + ((columns[k] as Float64Array)[row] as number);
    },
    dot(row, gradient) {
      let sum = 0;
      for (let k = 0; k < columns.length && rows > 0; k++)
        sum += (gradient[k] as number) * ((columns[k] as Float64Array)[row] as number);
      return sum;
    },
  };
}

/** Scores that somebody else computed for each row: their mean. */
export const scores: TaskMetrics = {
  task: "scores",
  metrics: [meanOf("mean_score", 1)],
  features: ({ rows, scores }) => dense(rows, [new Float64Array(rows).fill(1), scores as Float64Array]),
};

/** Ranks of this many rows of a query count. */
const DEPTH = 10;

/** Rankings: a group is a query, y_true the relevance, y_score orders the query's rows. A query's values stand at its first row. */
export const ranking: TaskMetrics = {
  task: "ranking",
  metrics: [meanOf("ndcg@10", 1), meanOf("mrr", 2)],
  features: rankingFeatures,
};

function rankingFeatures({ rows, labels, scores, groups }: JudgedRows): RowFeatures {
  const queries = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const query = groups?.codes[row] ?? row;
    const members = queries.get(query);
    if (members === undefined) queries.set(query, [row]);
    else members.push(row);
  }
  const [count, ndcg, reciprocal] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  const relevance = (row: number) => (labels as Float64Array)[row] as number;
  const score = (row: number) => (scores as Float64Array)[row] as number;
  for (const members of queries.values()) {
    const first = members[0] as number;
    const ranked = members.toSorted((a, b) => score(b) - score(a));
    const ideal = gain(members.map(relevance).sort((a, b) => b - a));
    count[first] = 1;
    ndcg[first] = ideal === 0 ? 0 : gain(tiesShared(ranked, score, relevance)) / ideal;
    const hit = ranked.findIndex((row) => relevance(row) > 0);
    reciprocal[first] = hit < 0 ? 0 : 1 / (hit + 1);
  }
  return dense(rows, [count, ndcg, reciprocal]);
}

/** Relevances in ranked order, those of equal scores replaced by their mean, as scikit-learn's ndcg_score does. */
function tiesShared(
  ranked: readonly number[],
  score: (row: number) => number,
  relevance: (row: number) => number,
): number[] {
  const shared: number[] = [];
  for (let from = 0; from < ranked.length; ) {
    let to = from + 1;
    while (to < ranked.length && score(ranked[to] as number) === score(ranked[from] as number)) to++;
    const mean = ranked.slice(from, to).reduce((sum, row) => sum + relevance(row), 0) / (to - from);
    for (; from < to; from++) shared.push(mean);
  }
  return shared;
}

/** Discounted cumulative gain: Σ relevance / log2(rank + 1) over the first ten. */
function gain(relevances: readonly number[]): number {
  return relevances.slice(0, DEPTH).reduce((sum, value, i) => sum + value / Math.log2(i + 2), 0);
}
