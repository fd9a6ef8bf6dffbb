import type { Reading } from "../evaluate/baseline/scored-files.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import type { RunRecord } from "../train/run-record.ts";

/** `sha256:` and one hex digit, 64 times: a valid digest of nothing. */
export const aDigest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** Root digest of the one file that a built run and version have. */
export const aRoot = "sha256:e0e77a507412b120f6ede61f62295b1a7b2ff19d3dcc8f7253e51663470c888e";

const object = (digit: string): string => digit.repeat(40);
const at = "2001-09-09T01:46:40Z";

/** A succeeded, committed run of flight-delays with one model file. `change` replaces whole fields. */
export function aRun(change: Partial<RunRecord> = {}): RunRecord {
  const modelFiles = [{ path: "model.onnx", size: 11, digest: aDigest("a") }];
  return {
    kind: "trainyard.run/v1",
    id: "run-1",
    model: "flight-delays",
    task: "binary",
    status: "succeeded",
    failure: null,
    inputs: {
      model: "flight-delays",
      command: "python train.py",
      steps: [],
      code: aDigest("c"),
      params: { learning_rate: 0.1 },
      seed: 7,
      data: [{ path: "data/2001-01.parquet", digest: aDigest("d") }],
      evaluationData: [],
      lockFiles: [],
      outputs: ["model.onnx"],
    },
    inputsDigest: aDigest("1"),
    code: { commit: object("1"), headCommit: object("1"), tree: object("2"), branch: "main", uncommitted: [] },
    trigger: { event: "cli", reason: null, driftEvent: null },
    actor: { name: "ana", kind: "person" },
    steps: [
      {
        name: "train",
        command: "python train.py",
        status: "done",
        reusedFrom: null,
        inputsDigest: null,
        outputs: { digest: aDigest("5"), files: 1, size: 11 },
        startedAt: at,
        seconds: 38.1,
      },
    ],
    datasets: [
      { path: "data/2001-01.parquet", digest: aDigest("d"), size: 4096, rows: 400, claimed: null, role: "training" },
    ],
    outputs: modelFiles,
    modelFiles,
    rootDigest: aRoot,
    metrics: [{ name: "log_loss", value: 0.48, goal: "minimize", split: null, unit: null }],
    predictions: null,
    profiles: { training: null, evaluation: null, predictions: null },
    environment: { os: "linux", arch: "x64", python: "3.12.4", lockFiles: [], variables: [] },
    hardware: { cpu: "a processor", cores: 2, memoryBytes: 8_000_000_000, gpus: [] },
    log: { path: "log.txt", size: 120 },
    startedAt: at,
    endedAt: at,
    seconds: 38.1,
    simulatedClock: false,
    tool: "trainyard 0.0.0",
    ...change,
  };
}

/** A first model's report that passed its absolute gate. `change` replaces whole fields. */
export function aReport(change: Partial<EvaluationReport> = {}): EvaluationReport {
  return {
    kind: "trainyard.evaluation/v1",
    model: "flight-delays",
    task: "binary",
    verdict: "pass",
    unchanged: false,
    candidate: {
      label: "candidate",
      run: "run-1",
      version: null,
      rootDigest: aRoot,
      predictions: null,
      scoredBy: "candidate-job",
    },
    baseline: null,
    noBaseline: "never-held",
    data: { path: "data/2001-03.parquet", rows: 500, digest: aDigest("e") },
    pairing: { mode: "none", rows: 0, overlap: 0, labelsChanged: 0 },
    method: { interval: "cluster-bootstrap", level: 0.95, replicates: 2000, seed: 1, groups: "date", clusters: 28 },
    metrics: [
      {
        name: "roc_auc",
        goal: "maximize",
        unit: "",
        candidate: { value: 0.676, interval: [0.66, 0.69] },
        baseline: null,
        difference: null,
        gain: null,
        ignoringGroups: null,
        moreNeeded: null,
      },
    ],
    checks: [
      {
        id: "roc_auc-too-low",
        subject: "roc_auc",
        rule: "roc_auc at least 0.60",
        status: "pass",
        actual: 0.676,
        interval: [0.66, 0.69],
        limit: 0.6,
        unit: "",
        reason: null,
        severity: "fail",
      },
    ],
    slices: [],
    curves: [],
    flips: null,
    changes: [],
    pointOnly: false,
    notes: [],
    trainingSeconds: 38.1,
    commit: object("1"),
    at,
    simulatedClock: false,
    ...change,
  };
}

/** Version 1 of flight-delays. `change` replaces whole fields. */
export function aVersion(change: Partial<ModelVersion> = {}): ModelVersion {
  return {
    kind: "trainyard.version/v1",
    model: "flight-delays",
    version: 1,
    rootDigest: aRoot,
    files: [{ path: "model.onnx", size: 11, digest: aDigest("a") }],
    size: 11,
    run: "run-1",
    inputsDigest: aDigest("1"),
    commit: object("1"),
    headCommit: object("1"),
    tree: object("2"),
    params: { learning_rate: 0.1 },
    metrics: [{ name: "roc_auc", estimate: { value: 0.676, interval: [0.66, 0.69] } }],
    data: [{ path: "data/2001-01.parquet", digest: aDigest("d") }],
    verdict: "pass",
    record: aDigest("2"),
    evaluation: aDigest("3"),
    predictions: null,
    evaluationProfile: null,
    predictionsProfile: null,
    card: aDigest("4"),
    override: null,
    registeredAt: at,
    by: { name: "ana", kind: "person" },
    ...change,
  };
}

/** Rows as most projects have them read: two classes, columns under their standard names. */
export const aReading: Reading = {
  task: "binary",
  groups: null,
  slices: [],
  columns: {},
  weights: [],
  labels: "required",
};
