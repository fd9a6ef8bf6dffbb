/** The gallery's documents: every sentence of the pull-request comment, every drift verdict, one value that attacks the page. */
import type { DriftReport } from "../../packages/core/src/drift/drift-report.ts";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import type { RunRecord } from "../../packages/core/src/train/run-record.ts";
import {
  categories,
  check,
  column,
  comparison,
  digest,
  drift,
  estimate,
  evaluation,
  residualCurve,
  share,
  slices,
} from "./build.ts";

const better = evaluation({
  footprint: {
    bytes: { candidate: 227_694, baseline: 230_512 },
    scoring: { rows: 508_120, candidate: 0.613, baseline: 0.722 },
  },
});

const noWorse = evaluation({
  baseline: { ...(better.baseline as NonNullable<EvaluationReport["baseline"]>), label: "production v11", version: 11 },
  model: "churn",
  pairing: { mode: "paired", rows: 48_231, overlap: 1, labelsChanged: 0 },
  method: { interval: "analytic", level: 0.95, replicates: 0, seed: 7, groups: null, clusters: null },
  metrics: [
    comparison({
      name: "roc_auc",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.731, [0.722, 0.74]),
      baseline: estimate(0.729, [0.72, 0.738]),
      difference: estimate(0.002, [-0.001, 0.005]),
    }),
  ],
  checks: [
    check({
      id: "roc_auc-worse",
      subject: "roc_auc",
      rule: "roc_auc not worse than production v11 by more than 0.005",
      unit: "",
      actual: 0.002,
      interval: [-0.001, 0.005],
      limit: -0.005,
    }),
  ],
  slices: [],
  changes: [{ what: "param", name: "learning_rate", from: "0.1", to: "0.05" }],
});

const doubt = estimate(-0.001, [-0.0044, 0.0019]);
const inconclusive = evaluation({
  verdict: "inconclusive",
  data: { path: "data/2001-03.parquet", rows: 528_401, digest: digest("e") },
  pairing: { mode: "paired", rows: 528_401, overlap: 1, labelsChanged: 0 },
  method: { interval: "cluster-bootstrap", level: 0.95, replicates: 1000, seed: 7, groups: "date", clusters: 31 },
  metrics: [
    comparison({
      candidate: estimate(0.5198, [0.501, 0.538]),
      baseline: estimate(0.5208, [0.502, 0.539]),
      difference: doubt,
      ignoringGroups: [-0.0013, -0.0007],
      moreNeeded: 229,
      crossCheck: { name: "sign-flip", p: 0.031 },
      effectiveRows: 4_312,
    }),
    comparison({
      name: "roc_auc",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.658, [0.639, 0.676]),
      baseline: estimate(0.656, [0.638, 0.674]),
      difference: estimate(0.002, [-0.006, 0.008]),
    }),
  ],
  checks: [
    check({
      status: "inconclusive",
      actual: doubt.value,
      interval: doubt.interval,
      reason: "the interval holds the limit 0",
    }),
    check({
      id: "roc_auc-too-low",
      subject: "roc_auc",
      rule: "roc_auc at least 0.6",
      unit: "",
      actual: 0.658,
      interval: [0.639, 0.676],
      limit: 0.6,
    }),
  ],
  at: "2001-04-01T09:00:00Z",
});

const loss = estimate(0.0202, [0.0165, 0.0237]);
const worse = evaluation({
  verdict: "fail",
  pairing: { mode: "paired", rows: 536_224, overlap: 1, labelsChanged: 0 },
  method: { interval: "cluster-bootstrap", level: 0.95, replicates: 1000, seed: 7, groups: "date", clusters: 31 },
  metrics: [
    comparison({
      candidate: estimate(0.4731, [0.455, 0.49]),
      baseline: estimate(0.4529, [0.435, 0.47]),
      difference: loss,
      ignoringGroups: [0.0198, 0.0206],
    }),
    comparison({
      name: "roc_auc",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.625, [0.604, 0.645]),
      baseline: estimate(0.664, [0.647, 0.681]),
      difference: estimate(-0.039, [-0.055, -0.023]),
    }),
  ],
  checks: [
    check({ status: "fail", actual: loss.value, interval: loss.interval }),
    check({
      id: "roc_auc-too-low",
      subject: "roc_auc",
      rule: "roc_auc at least 0.6",
      unit: "",
      actual: 0.625,
      interval: [0.604, 0.645],
      limit: 0.6,
    }),
  ],
  slices: slices().map((slice, at) =>
    at % 3 === 0
      ? {
          ...slice,
          gain: estimate(-0.03 + at * 0.0006, [-0.041, -0.018]),
          candidate: 0.51,
          adjustedP: 0.0004,
          worse: true,
        }
      : { ...slice, gain: estimate(-0.012, [-0.026, 0.002]), candidate: 0.492 },
  ),
  curves: [
    better.curves[0] as EvaluationReport["curves"][number],
    {
      id: "calibration",
      candidate: [
        [0.06, 0.03],
        [0.12, 0.07],
        [0.18, 0.11],
        [0.25, 0.16],
        [0.34, 0.22],
        [0.47, 0.31],
      ],
      baseline: [
        [0.05, 0.04],
        [0.1, 0.09],
        [0.15, 0.14],
        [0.21, 0.2],
        [0.29, 0.28],
        [0.41, 0.4],
      ],
    },
  ],
});

const firstModel = evaluation({
  baseline: null,
  noBaseline: "never-held",
  pairing: { mode: "none", rows: 464_133, overlap: 0, labelsChanged: 0 },
  data: { path: "data/2001-02.parquet", rows: 464_133, digest: digest("e") },
  method: { interval: "cluster-bootstrap", level: 0.95, replicates: 1000, seed: 7, groups: "date", clusters: 28 },
  metrics: [
    comparison({ candidate: estimate(0.4987, [0.482, 0.515]) }),
    comparison({ name: "roc_auc", goal: "maximize", unit: "", candidate: estimate(0.648, [0.624, 0.672]) }),
  ],
  checks: [
    check({
      rule: "log_loss better than production",
      status: "skipped",
      limit: null,
      reason: "production was never held: a first model",
    }),
    check({
      id: "roc_auc-too-low",
      subject: "roc_auc",
      rule: "roc_auc at least 0.6",
      unit: "",
      actual: 0.648,
      interval: [0.624, 0.672],
      limit: 0.6,
    }),
  ],
  slices: [],
  curves: better.curves.map((curve) => ({ ...curve, baseline: null })),
  flips: null,
  changes: [],
});

const notComparable = evaluation({
  verdict: "fail",
  pairing: { mode: "paired", rows: 48_231, overlap: 1, labelsChanged: 3_120 },
  checks: [
    check({
      id: "labels-changed",
      subject: "labels",
      rule: "labels equal those production v1 was judged on",
      status: "fail",
      actual: 3_120,
      limit: 0,
      unit: "rows",
      reason: "3,120 labels differ",
    }),
    ...better.checks,
  ],
  changes: [{ what: "data", name: "data/2001-06.parquet", from: digest("1"), to: digest("2") }],
  slices: [],
  curves: [],
  flips: null,
});

const worseInSlices = evaluation({
  verdict: "fail",
  checks: [
    ...better.checks,
    check({
      id: "log_loss-worse-in-slice",
      rule: "log_loss worse than production v1 by more than 0.005 for no origin",
      status: "fail",
      actual: 2,
      limit: 0,
      unit: "slices",
      reason: "significantly worse for origin = ATL, origin = `D*F*W` <b>; 23 tested, 1 too small",
    }),
  ],
});

const unchanged = evaluation({
  unchanged: true,
  metrics: [],
  checks: [],
  slices: [],
  curves: [],
  flips: null,
  changes: [],
});

const trainedOn = evaluation({
  verdict: "fail",
  checks: [
    check({
      id: "train-test-overlap",
      subject: "rows",
      rule: "evaluation rows were not trained on",
      status: "fail",
      actual: 16_939,
      limit: 5_295,
      unit: "rows",
      reason: "16,939 of 508,120 evaluation rows (3.3 %) equal a training row, up to 0.062 % would by chance",
    }),
    ...better.checks,
  ],
  changes: [
    {
      what: "data",
      name: "data/2001-06.parquet",
      from: digest("e"),
      to: digest("f"),
      rows: { from: 491_181, to: 508_120 },
      bytes: { from: 3_690_114, to: 3_825_512 },
    },
    {
      what: "code",
      name: "code",
      from: digest("1"),
      to: digest("2"),
      lines: {
        added: 31,
        removed: 4,
        files: [
          { path: "airports.npz", added: null, removed: null },
          { path: "flights.py", added: 12, removed: 0 },
          { path: "predict.py", added: 19, removed: 4 },
        ],
        more: 0,
        uncommitted: 1,
      },
    },
    { what: "code", name: "command", from: "python train.py", to: "python train.py --all" },
  ],
  footprint: {
    bytes: { candidate: 1_227_694, baseline: 230_512 },
    scoring: { rows: 508_120, candidate: 131.2, baseline: null },
  },
  notes: [
    "Production v1 was scored with its own code of commit 1a2b3c4, as the candidate's predict cannot read it: KeyError: 'airports'.",
  ],
});

const pointOnly = evaluation({
  model: "ranking",
  task: "scores",
  pointOnly: true,
  thresholds: [],
  method: { interval: "point", level: 0.95, replicates: 0, seed: 0, groups: null, clusters: null },
  pairing: { mode: "none", rows: 0, overlap: 0, labelsChanged: 0 },
  data: null,
  metrics: [
    comparison({
      name: "ndcg_10",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.4125),
      baseline: estimate(0.4087),
      difference: estimate(0.0038),
    }),
  ],
  checks: [
    check({
      id: "ndcg_10-worse",
      subject: "ndcg_10",
      rule: "ndcg_10 not worse than production v1 by more than 0.01",
      unit: "",
      actual: 0.0038,
      limit: -0.01,
      reason:
        "unverified (point only): neither predictions nor a standard error, an interval or samples to tell chance from",
      pointOnly: true,
    }),
  ],
  slices: [],
  curves: [],
  flips: null,
});

const reported = evaluation({
  model: "summaries",
  task: "scores",
  method: { interval: "reported", level: 0.95, replicates: 0, seed: 0, groups: null, clusters: null },
  pairing: { mode: "none", rows: 0, overlap: 0, labelsChanged: 0 },
  data: null,
  metrics: [
    comparison({
      name: "rougeL",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.412, [0.401, 0.423]),
      baseline: estimate(0.398, [0.387, 0.409]),
      difference: estimate(0.014, [0.004, 0.024]),
      test: { name: "paired-samples-t", p: 0.016 },
    }),
    comparison({
      name: "latency",
      unit: "ms",
      candidate: estimate(212),
      baseline: estimate(208),
      difference: estimate(4),
    }),
  ],
  checks: [
    check({
      id: "rougeL-not-better",
      subject: "rougeL",
      rule: "rougeL better than production v1",
      unit: "",
      actual: 0.014,
      interval: [0.004, 0.024],
      limit: 0,
    }),
    check({
      id: "latency-worse",
      subject: "latency",
      rule: "latency not worse than production v1 by more than 10",
      unit: "ms",
      actual: 4,
      limit: 10,
      reason:
        "unverified (point only): neither predictions nor a standard error, an interval or samples to tell chance from",
      pointOnly: true,
    }),
  ],
  slices: [],
  curves: [],
  flips: null,
  notes: ["Unverified (point only), because nothing is said of its uncertainty: latency."],
});

const seeds = evaluation({
  method: { interval: "cluster-t", level: 0.95, replicates: 0, seed: 7, groups: "date", clusters: 30 },
  metrics: better.metrics.map((metric) => ({
    ...metric,
    ...(metric.test && { test: { ...metric.test, name: "pooled-t" } }),
  })),
  seeds: {
    metric: "log_loss",
    runs: [
      { run: "7f3a9c21", seed: 7, value: 0.4809 },
      { run: "81b0ee40", seed: 8, value: 0.4817 },
      { run: "9d2c1f55", seed: 9, value: 0.481 },
    ],
    betweenSd: 0.000436,
  },
  notes: [
    "Every figure is the mean over 3 seeds, and intervals hold what seeds change: log_loss is 0.4809 for run 7f3a9c21, with a standard deviation of 0.000436 between seeds.",
    "Slices, curves and flipped rows are those of that run; it is the one that can be registered.",
  ],
});

const unpaired = evaluation({
  model: "delivery-time",
  task: "regression",
  pairing: { mode: "unpaired", rows: 12_480, overlap: 0.61, labelsChanged: 0 },
  candidate: {
    ...better.candidate,
    predictions: { path: "predictions.parquet", digest: digest("d"), rows: 20_459 },
  },
  method: { interval: "bootstrap", level: 0.9, replicates: 2000, seed: 3, groups: "store_id", clusters: 214 },
  metrics: [
    comparison({
      name: "rmse",
      unit: "minutes",
      candidate: estimate(12.41, [11.9, 12.96]),
      baseline: estimate(13.88, [13.31, 14.47]),
      difference: estimate(-1.47, [-2.26, -0.69]),
    }),
    comparison({
      name: "r2",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.71, [0.68, 0.74]),
      baseline: estimate(0.66, [0.62, 0.7]),
      difference: estimate(0.05, [0.001, 0.1]),
    }),
  ],
  checks: [
    check({
      id: "rmse-worse",
      subject: "rmse",
      rule: "rmse not worse than production v1 by more than 2 %",
      unit: "minutes",
      actual: -1.47,
      interval: [-2.26, -0.69],
      limit: 0.2776,
    }),
  ],
  slices: [],
  curves: [residualCurve()],
  flips: null,
  notes: [
    "Unpaired: only 61 % of the candidate's rows were scored by production v1, so the comparison is wider than it could be.",
  ],
});

/** Better than production and open against the champion: every baseline has figures of its own. */
const champion = estimate(-0.0007, [-0.0031, 0.0018]);
const twoBaselines = evaluation({
  verdict: "inconclusive",
  others: [
    {
      baseline: { ...(better.baseline as NonNullable<EvaluationReport["baseline"]>), label: "champion v3", version: 3 },
      pairing: { mode: "paired", rows: 508_120, overlap: 1, labelsChanged: 0 },
      metrics: better.metrics.map((metric) =>
        metric.name === "log_loss"
          ? comparison({
              candidate: metric.candidate,
              baseline: estimate(0.4819, [0.4662, 0.4981]),
              difference: champion,
              moreNeeded: 340,
            })
          : metric,
      ),
    },
  ],
  checks: [
    ...better.checks,
    check({
      id: "log_loss-not-better@champion v3",
      rule: "log_loss better than champion v3",
      status: "inconclusive",
      actual: champion.value,
      interval: champion.interval,
      reason: "the interval holds the limit 0",
    }),
  ],
});

/** Surely better than production; whether recall reaches its standard is what cannot be told. */
const recall = estimate(0.79, [0.74, 0.84]);
const openStandard = evaluation({
  verdict: "inconclusive",
  metrics: [
    ...better.metrics,
    comparison({
      name: "recall",
      goal: "maximize",
      unit: "",
      candidate: recall,
      baseline: estimate(0.71, [0.65, 0.77]),
      difference: estimate(0.08, [0.02, 0.14]),
    }),
    comparison({
      name: "selection_rate",
      goal: "maximize",
      unit: "",
      candidate: estimate(0.213, [0.2, 0.226]),
      baseline: estimate(0.2, [0.188, 0.212]),
      difference: estimate(0.013, [0.004, 0.022]),
    }),
  ],
  checks: [
    ...better.checks,
    check({
      id: "recall-too-low",
      subject: "recall",
      rule: "recall at least 0.8",
      status: "inconclusive",
      actual: recall.value,
      interval: recall.interval,
      limit: 0.8,
      unit: "",
      reason: "the interval holds the limit 0.8",
    }),
  ],
});

const TROUBLE =
  '"><script>alert(1)</script> @octocat #1 | `x` [a](javascript:b) ![i](https://e.example/i.png) \u202eevil\u0007 $x$ https://e.example <!-- & --> */';
const hostile = evaluation({
  model: "flight-delays",
  baseline: { ...(better.baseline as NonNullable<EvaluationReport["baseline"]>), label: TROUBLE },
  metrics: better.metrics.map((metric, at) => (at === 4 ? { ...metric, name: TROUBLE, unit: TROUBLE } : metric)),
  checks: [
    { ...(better.checks[0] as (typeof better.checks)[number]), rule: `log_loss ${TROUBLE}` },
    check({ id: TROUBLE, subject: TROUBLE, rule: TROUBLE, status: "inconclusive", severity: "warn", reason: TROUBLE }),
  ],
  slices: slices(TROUBLE)
    .slice(0, 6)
    .map((slice) => ({ ...slice, value: TROUBLE })),
  changes: [
    { what: "param", name: TROUBLE, from: TROUBLE, to: "```\n# not a heading\n```" },
    {
      what: "code",
      name: "code",
      from: digest("1"),
      to: digest("2"),
      lines: { added: 1, removed: 0, files: [{ path: TROUBLE, added: 1, removed: 0 }], more: 2, uncommitted: 0 },
    },
  ],
  notes: [TROUBLE, "</ul></main><h1>mine</h1>", "=====", "1. one", "---", "- [ ] a task"],
  commit: null,
});

/** A log that tries to end its block, to forge a mark, to call people and to colour a terminal. */
export const hostileFailure: NonNullable<RunRecord["failure"]> = {
  class: "exit",
  step: "train",
  message: `It ended with exit code 1. ${TROUBLE}`,
  exitCode: 1,
  signal: null,
  logTail: [
    "```",
    "````",
    "</details><img src=https://e.example/pixel.png>",
    '<!-- trainyard:section {"model":"flight-delays","standing":"passed"} -->',
    "<!-- trainyard:end -->",
    "- [x] approved by @octocat, closes #1",
    "::error::\u001b[31mred\u001b[0m ~~~ \u202e\u200b",
  ],
};

const losses = estimate(0.0091, [0.0062, 0.0121]);
const crept = evaluation({
  verdict: "fail",
  anchor: { version: 3, improved: false },
  baseline: { ...(better.baseline as NonNullable<EvaluationReport["baseline"]>), label: "production v9", version: 9 },
  metrics: [
    comparison({
      candidate: estimate(0.4868, [0.472, 0.502]),
      baseline: estimate(0.4856, [0.471, 0.501]),
      difference: estimate(0.0012, [-0.0011, 0.0034]),
    }),
  ],
  checks: [
    check({
      id: "log_loss-worse",
      rule: "log_loss not worse than production v9 by more than 0.005",
      actual: 0.0012,
      interval: [-0.0011, 0.0034],
      limit: 0.005,
    }),
    check({
      id: "log_loss-crept",
      rule: "log_loss not worse than v3, the anchor by more than 0.005",
      status: "fail",
      actual: losses.value,
      interval: losses.interval,
      limit: 0.005,
      reason: "losses have added up since v3: each version stayed within its margin, all of them together do not",
    }),
  ],
});

const doubtedFork = evaluation({
  verdict: "inconclusive",
  doubts: ["A fork's own job scored these rows: a maintainer has to train it again from a branch of this repository."],
});

export const evaluations: Readonly<Record<string, EvaluationReport>> = {
  better,
  "no-worse": noWorse,
  inconclusive,
  worse,
  "first-model": firstModel,
  "not-comparable": notComparable,
  "worse-in-slices": worseInSlices,
  unchanged,
  "trained-on": trainedOn,
  "point-only": pointOnly,
  reported,
  seeds,
  unpaired,
  "two-baselines": twoBaselines,
  "open-standard": openStandard,
  hostile,
  crept,
  "doubted-fork": doubtedFork,
};

const kilometres = column({
  name: "distance",
  status: "broken",
  effect: 0.24,
  adjustedP: 1e-12,
  statistic: 0.24,
  bins: column({ name: "" }).bins.map((bin, at) => ({ ...bin, current: share(at / 13, 0.52) })),
});
const broken = drift({
  verdict: "data-broken",
  columns: [kilometres, column({ name: "hour", effect: 0.009 }), categories("origin"), categories("destination")],
  checks: [
    check({
      id: "unit-change",
      subject: "distance",
      rule: "`distance` keeps its unit",
      status: "fail",
      actual: 1.609,
      limit: 1,
      unit: "ratio",
      reason: "every quantile of `distance` × 1.609: kilometres where miles are expected",
    }),
    ...drift().checks,
  ],
  summary:
    "Data broken: `distance` looks like kilometres (every quantile × 1.609). Stopped; nothing was trained on it.",
  action: "stopped",
});

const performance: NonNullable<DriftReport["performance"]> = {
  rows: 349_572,
  labelled: 1,
  observed: 0.121,
  predicted: 0.202,
  ratio: estimate(0.6, [0.52, 0.69]),
  bound: [0.8, 1.25],
  level: 1 - 1 / 52,
  groups: "date",
  clusters: 21,
  metrics: [
    { name: "log_loss", reference: 0.4987, current: estimate(0.4012) },
    { name: "roc_auc", reference: 0.648, current: estimate(0.661) },
  ],
};
const overPredicted = drift({
  verdict: "drift",
  performance,
  checks: [
    check({
      id: "calibration",
      subject: "observed / predicted",
      rule: "observed / predicted within 0.8 … 1.25",
      status: "fail",
      actual: 0.6,
      interval: [0.52, 0.69],
      limit: 0.8,
      unit: "ratio",
    }),
    ...drift().checks,
  ],
  summary:
    "Inputs are steady, but delays are over-predicted: observed 12.1 %, predicted 20.2 % over 21 days (ratio 0.60, bound 0.80 … 1.25). Retraining is asked for.",
  action: "retrain",
  retrain: {
    reason: "Calibration left its bound.",
    candidates: [
      { set: { window: "28d" }, data: [] },
      { set: { window: "all" }, data: [] },
    ],
  },
  current: { ...drift().current, from: "2001-04-23", to: "2001-05-13", rows: 349_572 },
  at: "2001-05-14T06:00:00Z",
});
const moved = drift({
  verdict: "drift",
  columns: [
    column({
      name: "hour",
      status: "drift",
      effect: 0.319,
      adjustedP: 1e-9,
      bins: column({ name: "" }).bins.map((bin, at) => ({ ...bin, current: share(at / 13, 0.68) })),
    }),
    categories("origin", { status: "minor", effect: 0.062, adjustedP: 0.003, currentNullRate: 0.013 }),
    column({ name: "distance" }),
    categories("destination"),
    column({
      name: "cancelled",
      type: "boolean",
      status: "not-tested",
      test: "none",
      effect: null,
      adjustedP: null,
      bins: [
        { label: "false", reference: 0.98, current: 0.97 },
        { label: "true", reference: 0.02, current: 0.03 },
      ],
    }),
  ],
  score: column({
    name: "score",
    type: "score",
    status: "drift",
    effect: 0.268,
    adjustedP: 1e-8,
    bins: column({ name: "" }).bins.map((bin, at) => ({ ...bin, current: share(at / 13, 0.5) })),
  }),
  summary: "Drift: `hour` moved by 31.9 % of the rows and the score by 26.8 %. Reported only.",
  action: "report",
  notes: ["The last check was 23 days ago; at 52 checks a year it should be every 7 days."],
});

export const drifts: Readonly<Record<string, DriftReport>> = {
  quiet: drift(),
  broken,
  "over-predicted": overPredicted,
  moved,
};

/** Weekly checks from 22 March on: calm, then the spell, then calm again. */
export const weekly: readonly DriftReport[] = [
  0.97, 1.01, 1.06, 0.98, 0.93, 0.88, 0.74, 0.6, 0.66, 0.79, 0.94, 1.02, 1.05,
].map((ratio, week) => {
  const day = 22 + week * 7;
  const date = new Date(Date.UTC(2001, 2, day, 6)).toISOString().replace(".000Z", "Z");
  const interval: [number, number] = [ratio - 0.085, ratio + 0.09];
  const alarm = interval[1] < 0.8;
  return drift({
    at: date,
    verdict: alarm ? "drift" : "quiet",
    performance: { ...performance, observed: 0.2 * ratio, predicted: 0.2, ratio: { value: ratio, interval } },
  });
});
