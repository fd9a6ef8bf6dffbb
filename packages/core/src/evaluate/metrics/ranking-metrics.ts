import type { JudgedRows } from "../rows/predictions.ts";
import { family, hits, ratio } from "./define.ts";
import type { FromRatio, MetricDefinition, TaskMetrics } from "./metric.ts";
import { NO_FEATURES } from "./score-metrics.ts";

/** Rankings: a group is a query, y_true the relevance, y_score orders the query's rows. A query's value stands at its first row, with that row's weight. */

/** Ranks that count where nobody says how many. */
const DEPTH = 10;

/** One query's rows by descending score. */
interface Query {
  readonly relevances: readonly number[];
  readonly scores: readonly number[];
}

/** The mean over queries; one that `of` has no value for is left out. */
const meanOf =
  (of: (query: Query) => number | null): FromRatio["parts"] =>
  ({ rows, labels, scores, groups }: JudgedRows) => {
    const queries = new Map<number, number[]>();
    for (let row = 0; row < rows; row++) {
      const query = groups?.codes[row] ?? row;
      const members = queries.get(query);
      if (members === undefined) queries.set(query, [row]);
      else members.push(row);
    }
    const score = (row: number) => (scores as Float64Array)[row] as number;
    const [above, below] = [new Float64Array(rows), new Float64Array(rows)];
    for (const members of queries.values()) {
      const ranked = members.toSorted((a, b) => score(b) - score(a));
      const relevances = ranked.map((row) => (labels as Float64Array)[row] as number);
      const value = of({ relevances, scores: ranked.map(score) });
      if (value === null) continue;
      const first = members[0] as number;
      above[first] = value;
      below[first] = 1;
    }
    return { above, below };
  };

/** Normalised discounted cumulative gain of the first `depth`; 0 for a query without relevant rows. */
const ndcg = (depth: number) => (query: Query) => {
  const ideal = gain(
    query.relevances.toSorted((a, b) => b - a),
    depth,
  );
  return ideal === 0 ? 0 : gain(tiesShared(query), depth) / ideal;
};

/** Relevances in ranked order, those of equal scores replaced by their mean, as scikit-learn's ndcg_score does. */
function tiesShared({ relevances, scores }: Query): number[] {
  const shared: number[] = [];
  for (let from = 0; from < scores.length; ) {
    let to = from + 1;
    while (to < scores.length && scores[to] === scores[from]) to++;
    const mean = relevances.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    for (; from < to; from++) shared.push(mean);
  }
  return shared;
}

/** Discounted cumulative gain: Σ relevance / log2(rank + 1) over the first ranks. */
function gain(relevances: readonly number[], depth: number): number {
  return relevances.slice(0, depth).reduce((sum, value, i) => sum + value / Math.log2(i + 2), 0);
}

/** 1 / rank of the first relevant row; 0 without one. */
function reciprocalRank({ relevances }: Query): number {
  const hit = relevances.findIndex((relevance) => relevance > 0);
  return hit < 0 ? 0 : 1 / (hit + 1);
}

/** Mean over relevant rows of the precision at their rank; no value for a query without any. */
function precisionOf({ relevances }: Query): number | null {
  let [hits, sum] = [0, 0];
  relevances.forEach((relevance, i) => {
    if (relevance > 0) sum += ++hits / (i + 1);
  });
  return hits === 0 ? null : sum / hits;
}

const hitsIn = ({ relevances }: Query, depth: number) => relevances.slice(0, depth).filter((value) => value > 0).length;
const recall = (depth: number) => (query: Query) => {
  const relevant = hitsIn(query, query.relevances.length);
  return relevant === 0 ? null : hitsIn(query, depth) / relevant;
};

const definitions: readonly MetricDefinition[] = [
  ratio(`ndcg@${DEPTH}`, meanOf(ndcg(DEPTH))),
  ratio("mrr", meanOf(reciprocalRank)),
  ratio("map", meanOf(precisionOf)),
  ratio(`recall@${DEPTH}`, meanOf(recall(DEPTH))),
  hits(
    `hit@${DEPTH}`,
    meanOf((query) => (hitsIn(query, DEPTH) > 0 ? 1 : 0)),
  ),
];

const isDepth = (value: number) => Number.isInteger(value) && value > 0;

export const ranking: TaskMetrics = {
  task: "ranking",
  metrics: definitions,
  families: [
    family("ndcg@K", isDepth, (name, k) => ratio(name, meanOf(ndcg(k)))),
    family("recall@K", isDepth, (name, k) => ratio(name, meanOf(recall(k)))),
    family("hit@K", isDepth, (name, k) =>
      hits(
        name,
        meanOf((query) => (hitsIn(query, k) > 0 ? 1 : 0)),
      ),
    ),
  ],
  features: () => NO_FEATURES,
};
