/** Small documents for the gallery: one valid value of each kind, and a function that changes what a picture is about. */
import type { Check, Estimate, Interval } from "../../packages/core/src/check/check.ts";
import type { Deployment } from "../../packages/core/src/deploy/deployment.ts";
import type { ColumnDrift, DriftReport } from "../../packages/core/src/drift/drift-report.ts";
import type {
  Curve,
  EvaluationReport,
  MetricComparison,
  SliceResult,
} from "../../packages/core/src/evaluate/evaluation-report.ts";
import type { RunRecord } from "../../packages/core/src/train/run-record.ts";

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
export const COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";

export const estimate = (value: number, interval: Interval | null = null): Estimate => ({ value, interval });

/** About the p-value of an interval at 95 % that is as wide on both sides. */
function likely({ value, interval }: Estimate): number {
  const [low, high] = interval as Interval;
  const z = (2 * 1.96 * Math.abs(value)) / (high - low);
  return Math.min(1, Math.exp(-0.717 * z - 0.416 * z * z)); // Lin 1990
}

export function comparison(
  change: Partial<MetricComparison> & { candidate: Estimate; difference?: Estimate | null },
): MetricComparison {
  const goal = change.goal ?? "minimize";
  const difference = change.difference ?? null;
  const flip = ([lower, upper]: Interval): Interval => [-upper, -lower];
  const gain =
    difference === null || goal === "maximize"
      ? difference
      : { value: -difference.value, interval: difference.interval === null ? null : flip(difference.interval) };
  return {
    name: "log_loss",
    goal,
    unit: "nats",
    baseline: null,
    ignoringGroups: null,
    moreNeeded: null,
    ...(difference?.interval == null ? {} : { test: { name: "cluster-bootstrap", p: likely(difference) } }),
    gain,
    difference,
    ...change,
  };
}

export function check(change: Partial<Check>): Check {
  return {
    id: "log_loss-not-better",
    subject: "log_loss",
    rule: "log_loss better than production v1",
    status: "pass",
    actual: null,
    interval: null,
    limit: 0,
    unit: "nats",
    reason: null,
    severity: "fail",
    ...change,
  };
}

/** A report in which the candidate is better on the flights of June, as far as nothing is changed. */
export function evaluation(change: Partial<EvaluationReport> = {}): EvaluationReport {
  const difference = estimate(-0.0056, [-0.0088, -0.0026]);
  const auc = estimate(0.679, [0.66, 0.698]);
  return {
    kind: "trainyard.evaluation/v1",
    model: "flight-delays",
    task: "binary",
    verdict: "pass",
    unchanged: false,
    candidate: {
      label: "candidate",
      run: "7f3a9c21",
      version: null,
      rootDigest: digest("a"),
      predictions: { path: "predictions.parquet", digest: digest("b"), rows: 508_120 },
      scoredBy: "candidate-job",
    },
    baseline: {
      label: "production v1",
      run: "5c1e77d0",
      version: 1,
      rootDigest: digest("c"),
      predictions: { path: "predictions.parquet", digest: digest("d"), rows: 508_120 },
      scoredBy: "stored",
    },
    noBaseline: null,
    data: { path: "data/2001-06.parquet", rows: 508_120, digest: digest("e") },
    pairing: { mode: "paired", rows: 508_120, overlap: 1, labelsChanged: 0 },
    method: { interval: "cluster-bootstrap", level: 0.95, replicates: 1000, seed: 7, groups: "date", clusters: 30 },
    metrics: [
      comparison({
        candidate: estimate(0.4812, [0.466, 0.497]),
        baseline: estimate(0.4868, [0.4701, 0.5039]),
        difference,
        ignoringGroups: [-0.0059, -0.0053],
      }),
      comparison({
        name: "roc_auc",
        goal: "maximize",
        unit: "",
        candidate: auc,
        baseline: estimate(0.664, [0.647, 0.682]),
        difference: estimate(0.015, [0.006, 0.024]),
      }),
      comparison({
        name: "brier",
        unit: "",
        candidate: estimate(0.1581, [0.151, 0.165]),
        baseline: estimate(0.1597, [0.1523, 0.1672]),
        difference: estimate(-0.0016, [-0.0027, -0.0006]),
      }),
      comparison({
        name: "ece",
        unit: "",
        candidate: estimate(0.021, [0.012, 0.033]),
        baseline: estimate(0.019, [0.011, 0.031]),
        difference: estimate(0.002, [-0.006, 0.009]),
      }),
      comparison({
        name: "accuracy",
        goal: "maximize",
        unit: "",
        candidate: estimate(0.792, [0.779, 0.804]),
        baseline: estimate(0.7889, [0.776, 0.802]),
        difference: estimate(0.0031, [0.0012, 0.0049]),
      }),
    ],
    checks: [
      check({ actual: difference.value, interval: difference.interval }),
      check({
        id: "roc_auc-too-low",
        subject: "roc_auc",
        rule: "roc_auc at least 0.6",
        unit: "",
        actual: auc.value,
        interval: auc.interval,
        limit: 0.6,
      }),
    ],
    slices: slices(),
    curves: [rocCurve(), calibrationCurve()],
    thresholds: [
      { by: "f1", threshold: 0.271, value: 0.3987, atHalf: 0.0812 },
      { by: "youden", threshold: 0.214, value: 0.2591, atHalf: 0.0371 },
    ],
    flips: { candidateRight: 9_412, baselineRight: 7_836 },
    changes: [
      { what: "param", name: "window", from: "1", to: "all" },
      { what: "data", name: "data/2001-05.parquet", from: null, to: digest("f") },
    ],
    pointOnly: false,
    notes: [],
    trainingSeconds: 38.1,
    commit: COMMIT,
    at: "2001-07-01T14:02:00Z",
    simulatedClock: false,
    ...change,
  };
}

const AIRPORTS = [
  "ATL",
  "ORD",
  "DFW",
  "LAX",
  "PHX",
  "DEN",
  "STL",
  "DTW",
  "MSP",
  "IAH",
  "LAS",
  "PHL",
  "BOS",
  "SEA",
  "EWR",
  "CLT",
  "SFO",
  "LGA",
  "PIT",
  "SLC",
  "MCO",
  "BWI",
  "DCA",
  "CVG",
];

export function slices(column = "origin"): SliceResult[] {
  return AIRPORTS.map((value, at) => {
    const gain = 0.009 * Math.cos(at * 1.9) + 0.0045;
    const half = 0.003 + at * 0.0004;
    return {
      column,
      value,
      rows: Math.round(31_204 / (1 + at * 0.19)),
      metric: "log_loss",
      candidate: 0.48 - gain,
      baseline: 0.48,
      gain: estimate(gain, [gain - half, gain + half]),
      adjustedP: Math.min(1, 0.02 + at * 0.08),
      worse: false,
    };
  });
}

const steps = (count: number) => Array.from({ length: count }, (_, at) => at / (count - 1));

export function rocCurve(): Curve {
  const side = (power: number): [number, number][] => steps(100).map((x) => [x, x ** power]);
  return { id: "roc", candidate: side(0.49), baseline: side(0.56) };
}

export function calibrationCurve(): Curve {
  const mean = [0.05, 0.08, 0.11, 0.14, 0.17, 0.2, 0.24, 0.29, 0.36, 0.5];
  return {
    id: "calibration",
    candidate: mean.map((x) => [x, x * 1.04 - 0.004]),
    baseline: mean.map((x) => [x * 0.97, x * 0.8]),
  };
}

export function precisionRecallCurve(): Curve {
  const side = (bend: number): [number, number][] => steps(100).map((x) => [x, 0.2 + 0.75 * (1 - x) ** bend]);
  return { id: "precision-recall", candidate: side(0.8), baseline: side(1.1) };
}

export function scoreHistogram(): Curve {
  const side = (at: number): [number, number][] =>
    steps(24).map((x) => [(x * 23 + 0.5) / 24, 0.09 * Math.exp(-(((x - at) / 0.2) ** 2)) + 0.004]);
  return { id: "score-histogram", candidate: side(0.24), baseline: side(0.3) };
}

export function residualCurve(): Curve {
  const means = steps(10).map((x) => 12 + 80 * x);
  return {
    id: "residuals",
    candidate: means.map((x, at) => [x, Math.sin(at) * 0.8]),
    baseline: means.map((x, at) => [x, 2.4 - at * 0.5]),
  };
}

export function column(change: Partial<ColumnDrift> & { name: string }): ColumnDrift {
  const bins = steps(14).map((x, at) => ({
    label: at === 0 ? "< 100" : at === 13 ? "> 2,600" : String(100 + Math.round(x * 2500)),
    reference: share(x, 0.3),
    current: share(x, 0.31),
  }));
  return {
    type: "number",
    test: "ks",
    statistic: 0.011,
    pValue: 0.4,
    adjustedP: 1,
    effect: 0.004,
    status: "quiet",
    referenceNullRate: 0,
    currentNullRate: 0,
    bins,
    ...change,
  };
}

export const share = (x: number, at: number): number => 0.19 * Math.exp(-(((x - at) / 0.22) ** 2)) + 0.004;

export function categories(name: string, change: Partial<ColumnDrift> = {}): ColumnDrift {
  const bins = AIRPORTS.slice(0, 12).map((label, at) => ({
    label,
    reference: 0.09 / (1 + at * 0.18),
    current: 0.088 / (1 + at * 0.17),
  }));
  return column({ name, type: "text", test: "chi2", bins, ...change });
}

/** A quiet look at the week of 2–8 April. */
export function drift(change: Partial<DriftReport> = {}): DriftReport {
  return {
    kind: "trainyard.drift/v1",
    model: "flight-delays",
    version: 1,
    verdict: "quiet",
    reference: { source: "the evaluation rows of v1, data/2001-02.parquet", rows: 464_133, profile: digest("1") },
    current: {
      files: [{ path: "data/incoming/2001-04-02.parquet", digest: digest("2") }],
      rows: 116_524,
      from: "2001-04-02",
      to: "2001-04-08",
    },
    alpha: 1 / 52,
    falseAlarmsPerYear: 1,
    runsPerYear: 52,
    columns: [
      column({ name: "distance" }),
      column({ name: "hour", effect: 0.009, statistic: 0.016 }),
      categories("origin"),
      categories("destination"),
    ],
    score: column({ name: "score", type: "score", effect: 0.006 }),
    performance: null,
    checks: [
      check({
        id: "distance-drift",
        subject: "distance",
        rule: "`distance` moved by less than 10 % of the rows",
        actual: 0.004,
        limit: 0.1,
        unit: "share",
      }),
    ],
    summary: "Quiet: no column moved by more than noise (116,524 rows from 2001-04-02 to 2001-04-08).",
    action: "none",
    retrain: null,
    notes: [],
    daysSinceLastCheck: 7,
    at: "2001-04-09T06:00:00Z",
    simulatedClock: true,
    ...change,
  };
}

export function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    kind: "trainyard.deployment/v1",
    model: "flight-delays",
    version: 2,
    rootDigest: digest("a"),
    environment: "production",
    target: { kind: "directory", location: "serving/production" },
    outcome: "live",
    rollback: false,
    reason: null,
    previous: { version: 1, rootDigest: digest("c") },
    smoke: {
      status: "passed",
      url: "http://127.0.0.1:8001",
      served: digest("a"),
      maxDifference: 2e-7,
      tolerance: 1e-5,
      problem: null,
      seconds: 1.4,
    },
    leadTime: { from: "drift", startedAt: "2001-05-09T06:00:00Z", seconds: 53 * 86_400 + 3 * 3_600 },
    by: { name: "ana", kind: "person" },
    startedAt: "2001-07-01T15:00:00Z",
    endedAt: "2001-07-01T15:00:09Z",
    simulatedClock: true,
    ...change,
  };
}

/** A run whose training ended with exit code 1. */
export function brokenRun(change: Partial<RunRecord> = {}): RunRecord {
  return {
    kind: "trainyard.run/v1",
    id: "9d2c41ab",
    model: "flight-delays",
    task: "binary",
    status: "failed",
    failure: {
      class: "exit",
      step: "train",
      message: "It ended with exit code 1.",
      exitCode: 1,
      signal: null,
      logTail: [
        "Traceback (most recent call last):",
        '  File "train.py", line 88, in <module>',
        "    main()",
        '  File "train.py", line 61, in main',
        '    rows = pq.read_table(path, columns=COLUMNS + ["tail_number"])',
        "pyarrow.lib.ArrowInvalid: No match for FieldRef.Name(tail_number) in date: timestamp[us]",
      ],
    },
    inputs: {
      model: "flight-delays",
      command: "python train.py",
      steps: [],
      code: digest("3"),
      params: {},
      seed: 1,
      data: [],
      evaluationData: [],
      lockFiles: [],
      outputs: ["model.onnx"],
    },
    inputsDigest: digest("4"),
    code: { commit: COMMIT, headCommit: COMMIT, tree: COMMIT, branch: "shorter-window", uncommitted: [] },
    trigger: { event: "pull_request", reason: null, driftEvent: null },
    actor: { name: "ana", kind: "person" },
    steps: [],
    datasets: [],
    outputs: [],
    modelFiles: [],
    rootDigest: null,
    metrics: [],
    predictions: null,
    profiles: { training: null, evaluation: null, predictions: null },
    environment: { os: "linux", arch: "x64", python: "3.13.2", lockFiles: [], variables: [] },
    hardware: { cpu: "a CPU", cores: 2, memoryBytes: 8e9, gpus: [] },
    log: null,
    startedAt: "2001-07-01T13:00:00Z",
    endedAt: "2001-07-01T13:00:12Z",
    seconds: 12.3,
    simulatedClock: false,
    tool: "trainyard 0.0.0",
    ...change,
  };
}
