import { describe, expect, test } from "vitest";
import type { Estimate, Interval } from "../../check/check.ts";
import { Gate } from "../../config/config.ts";
import { FairnessRule } from "../../config/fairness-rule.ts";
import type { Task } from "../../config/task.ts";
import { type Column, textAt } from "../../data/table.ts";
import { studentTQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import { type Predictions, readPredictions } from "../rows/predictions.ts";
import { judge } from "./judge.ts";
import type { Evidence, JudgeSettings } from "./judgement.ts";

const numbers = (values: ArrayLike<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});

interface Made {
  readonly days?: number;
  readonly perDay?: number;
  /** How much more noise the candidate's scores carry than the baseline's. */
  readonly worse?: number;
  readonly seed?: number;
}

/** Two models on the same rows of some days: outcomes follow a hidden score that both see with noise. */
function made({ days = 40, perDay = 50, worse = 0, seed = 1 }: Made = {}) {
  const source = generator(seed);
  const rows = days * perDay;
  const [id, day, truth, ours, theirs] = Array.from({ length: 5 }, () => new Float64Array(rows)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < rows; row++) {
    const hidden = source.fraction();
    id[row] = row + 1;
    day[row] = Math.floor(row / perDay);
    truth[row] = source.fraction() < hidden ? 1 : 0;
    const blur = (by: number) => Math.min(0.98, Math.max(0.02, hidden + by * (source.fraction() - 0.5)));
    theirs[row] = blur(0.3);
    ours[row] = blur(0.3 + worse);
  }
  return { id, day, truth, ours, theirs };
}

function read(
  columns: Record<string, Column>,
  change: { task?: Task; groups?: string | null; slices?: string[]; labels?: "required" | "optional" } = {},
): Predictions {
  const first = Object.values(columns)[0] as Column;
  const rows = first.type === "text" ? first.codes.length : first.values.length;
  return readPredictions({ rows, columns: new Map(Object.entries(columns)) }, "p.csv", {
    task: "binary",
    groups: null,
    slices: [],
    labels: "required",
    weights: ["weight"],
    ...change,
  });
}

const gates = [Gate.parse({ metric: "log_loss", "improve-by": 0 }), Gate.parse({ metric: "roc_auc", min: 0.6 })];
const settings: JudgeSettings = {
  task: "binary",
  gates,
  alpha: 0.05,
  seed: 7,
  against: "production v1",
  noBaseline: null,
  unchanged: false,
};
const first: Partial<JudgeSettings> = { noBaseline: "never-held", against: "production" };

function sides(
  made_: ReturnType<typeof made>,
  groups: string | null = "day",
): { candidate: Predictions; stored: Predictions } {
  const { id, day, truth, ours, theirs } = made_;
  const shared = { id: numbers(id), day: numbers(day), y_true: numbers(truth) };
  return {
    candidate: read({ ...shared, y_score: numbers(ours) }, { groups, slices: ["day"] }),
    stored: read({ ...shared, y_score: numbers(theirs) }, { groups }),
  };
}
function evidence({ candidate, stored }: { candidate: Predictions; stored: Predictions }): Evidence {
  return { candidate, baseline: { stored, fromJob: null }, metrics: [], baselineMetrics: [] };
}
/** An interval that has to be there. */
function ends(interval: [number, number] | null | undefined): [number, number] {
  if (!interval) throw new Error("no interval");
  return interval;
}
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
/** Only some rows of columns. */
const some = (columns: Record<string, Column>, keep: (row: number) => boolean) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      column.type === "text" ? column : numbers(column.values.filter((_, row) => keep(row))),
    ]),
  );

describe("the verdict", () => {
  test("a clearly worse candidate fails, and the difference is candidate − baseline", () => {
    const found = judge(evidence(sides(made({ worse: 1.5 }))), settings);
    const loss = found.metrics.find((metric) => metric.name === "log_loss");
    expect(found.verdict).toBe("fail");
    expect(loss?.difference?.value).toBeGreaterThan(0);
    expect(loss?.gain?.value).toBe(-(loss?.difference?.value as number));
    expect(loss?.gain?.interval).toEqual(loss?.difference?.interval?.map((end) => -end).reverse());
    expect(loss?.moreNeeded).toBeNull();
  });

  test("two models of equal quality are inconclusive, and the report says how many more days would do", () => {
    const found = judge(evidence(sides(made())), settings);
    expect(found.verdict).toBe("inconclusive");
    expect(found.checks.map((check) => check.status)).toEqual(["inconclusive", "pass"]);
    const loss = found.metrics.find((metric) => metric.name === "log_loss");
    if (loss?.moreNeeded !== null) expect(loss?.moreNeeded).toBeGreaterThan(0);
  });

  test("equal arguments give equal results; another seed moves intervals only a little", () => {
    const given = evidence(sides(made()));
    expect(judge(given, settings)).toEqual(judge(given, settings));
    const other = judge(given, { ...settings, seed: 8 }).metrics[0];
    const [low, high] = ends(judge(given, settings).metrics[0]?.difference?.interval);
    expect(other?.difference?.interval).not.toEqual([low, high]);
    expect(Math.abs((other?.difference?.interval?.[0] as number) - low)).toBeLessThan(0.15 * (high - low));
  });

  test("the same scores on both sides differ by zero, give or take what two thousand rows cannot show", () => {
    const { stored } = sides(made());
    for (const groups of [40, 20]) {
      const days = sides(made({ days: groups })).stored;
      const found = judge(evidence({ candidate: days, stored: days }), settings);
      for (const { difference } of found.metrics) {
        const [low, high] = ends(difference?.interval);
        expect([difference?.value, low + high]).toEqual([0, 0]);
        expect(high).toBeGreaterThan(0);
        expect(high).toBeLessThan(0.02);
      }
      expect(found.flips).toMatchObject({ candidateRight: 0, baselineRight: 0, examples: [] });
    }
    expect(judge(evidence({ candidate: stored, stored }), { ...settings, unchanged: true })).toMatchObject({
      verdict: "pass",
      unchanged: true,
    });
  });

  test("the interval ignoring groups stands beside the clustered one", () => {
    const found = judge(evidence(sides(made())), settings);
    expect(found.metrics.every((metric) => metric.ignoringGroups !== null)).toBe(true);
    expect(
      judge(evidence(sides(made(), null)), settings).metrics.every((metric) => metric.ignoringGroups === null),
    ).toBe(true);
  });

  test.each([
    [null, "analytic", null],
    [9, "cluster-t", 9],
    [29, "cluster-t", 29],
    [30, "cluster-bootstrap", 30],
  ] as const)("with %s groups the method is %s", (days, interval, clusters) => {
    const found = judge(evidence(sides(made({ days: days ?? 10 }), days === null ? null : "day")), settings);
    expect(found.method).toMatchObject({
      interval,
      clusters,
      replicates: interval === "cluster-bootstrap" ? 2000 : 0,
      level: 0.95,
    });
    if (days === 9) {
      expect(found.verdict).toBe("inconclusive");
      expect(found.notes).toContain("Only 9 groups: intervals are shown, but decide nothing under 10.");
    }
  });

  test.each([
    ["single rows", null, "mcnemar-mid-p", "delong", "t"],
    ["29 groups", 29, "cluster-t", "cluster-t", "cluster-t"],
    ["30 groups", 30, "cluster-bootstrap", "cluster-bootstrap", "cluster-bootstrap"],
  ] as const)("each metric names its test: %s", (_, days, accuracy, auc, loss) => {
    const pairs = sides(made({ days: days ?? 10 }), days === null ? null : "day");
    const { metrics } = judge(evidence(pairs), {
      ...settings,
      gates: [Gate.parse({ metric: "accuracy", margin: 0.1 })],
    });
    const tests = Object.fromEntries(metrics.map(({ name, test: by }) => [name, by?.name]));
    expect(tests).toMatchObject({ accuracy, roc_auc: auc, log_loss: loss });
    for (const { name, difference, test: by } of metrics) {
      if (by?.name.startsWith("mcnemar")) continue;
      const [low, high] = (difference as Estimate).interval as Interval;
      expect((by?.p as number) < 0.05, name).toBe(low > 0 || high < 0);
    }
  });

  test("McNemar counts rows that weigh alike: weighted ones have Student's t on what each adds to the difference", () => {
    const { id, truth, ours, theirs } = made({ days: 1, perDay: 200, worse: 0.5 });
    const weights = Float64Array.from(id, (at) => 1 + (at % 4));
    const side = (scores: Float64Array) =>
      read({ id: numbers(id), y_true: numbers(truth), y_score: numbers(scores), weight: numbers(weights) });
    const gate = Gate.parse({ metric: "accuracy", margin: 0.1 });
    const found = judge(evidence({ candidate: side(ours), stored: side(theirs) }), { ...settings, gates: [gate] });
    const accuracy = found.metrics.find(({ name }) => name === "accuracy");
    const right = (scores: Float64Array, row: number) =>
      ((scores[row] as number) >= 0.5 ? 1 : 0) === truth[row] ? 1 : 0;
    const [all, squares] = [weights.reduce((a, b) => a + b), weights.reduce((a, b) => a + b * b, 0)];
    const gained = weights.map((weight, row) => weight * (right(ours, row) - right(theirs, row)));
    const difference = gained.reduce((a, b) => a + b) / all;
    const rows = (all * all) / squares; // that count alike
    const variance =
      gained.reduce((sum, one, row) => sum + (one - (weights[row] as number) * difference) ** 2, 0) / all ** 2;
    const half = studentTQuantile(0.975, rows - 1) * Math.sqrt((rows / (rows - 1)) * variance);
    expect(accuracy?.test?.name).toBe("t");
    expect(accuracy?.difference?.value).toBeCloseTo(difference, 12);
    expect(ends(accuracy?.difference?.interval)[0]).toBeCloseTo(difference - half, 10);
    expect(ends(accuracy?.difference?.interval)[1]).toBeCloseTo(difference + half, 10);
  });

  test("a first model has tests without a p-value; a metrics file has none", () => {
    const { metrics } = judge({ ...evidence(sides(made())), baseline: null }, { ...settings, ...first });
    expect(metrics.every(({ test: by }) => by?.p === null)).toBe(true);
    const reported = { name: "log_loss", value: 0.5, goal: null, split: null, unit: null };
    const points = judge(
      { candidate: null, baseline: null, metrics: [reported], baselineMetrics: null },
      { ...settings, ...first, gates: [Gate.parse({ metric: "log_loss", max: 1 })] },
    );
    expect(points.metrics.map(({ test: by }) => by)).toEqual([undefined]);
  });

  test("weights are said, with how many rows that count alike they amount to", () => {
    const { id, truth, ours } = made({ days: 1, perDay: 100 });
    const weight = numbers(Float64Array.from(id, (at) => (at <= 50 ? 3 : 1)));
    const candidate = read({ id: numbers(id), y_true: numbers(truth), y_score: numbers(ours), weight });
    const { notes } = judge({ ...evidence(sides(made())), candidate, baseline: null }, { ...settings, ...first });
    expect(notes).toContain(
      "Rows are weighted by their weight column: 100 of them say as much as 80 that count alike.",
    );
  });

  test("without groups, fewer than ten rows of a class decide nothing, and a perfect ranking of few rows is not certain", () => {
    const few = (positives: number, negatives: number) => {
      const truth = Array.from({ length: positives + negatives }, (_, row) => (row < positives ? 1 : 0));
      const candidate = read({
        y_true: numbers(truth),
        y_score: numbers(truth.map((label, row) => 0.4 + label / 5 + row / 1e4)),
      });
      return judge(
        { candidate, baseline: null, metrics: [], baselineMetrics: null },
        { ...settings, ...first, gates: gates.slice(1) },
      );
    };
    expect(few(9, 500)).toMatchObject({
      verdict: "inconclusive",
      checks: [{ reason: "9 rows of the rarest class to judge on; an interval needs at least 10" }],
    });
    const [low, high] = ends(few(10, 500).checks[0]?.interval);
    expect(high).toBe(1);
    expect(low).toBeCloseTo(0.722, 3); // Wilson, 10 of 10
  });

  test("a gate with its own alpha is judged at its own level", () => {
    const strict = [Gate.parse({ metric: "roc_auc", min: 0.6, alpha: 0.001 })];
    const found = judge(evidence(sides(made())), { ...settings, gates: strict });
    const [low, high] = ends(found.checks[0]?.interval);
    const shown = found.metrics.find((metric) => metric.name === "roc_auc")?.candidate.interval as [number, number];
    expect(high - low).toBeGreaterThan(1.3 * (shown[1] - shown[0]));
  });
});

describe("pairing", () => {
  const { id, day, truth, ours, theirs } = made();
  const shared = { id: numbers(id), day: numbers(day), y_true: numbers(truth) };
  const candidate = read({ ...shared, y_score: numbers(ours) }, { groups: "day" });
  const baselineColumns = { ...shared, y_score: numbers(theirs) };
  const against = (stored: Predictions | null, fromJob: Predictions | null = null) =>
    judge({ candidate, baseline: { stored, fromJob }, metrics: [], baselineMetrics: [] }, settings);
  const whole = against(read(baselineColumns, { groups: "day" }));

  test("rows in another order, and ids as text, pair the same", () => {
    const order = Array.from(id, (_, row) => row).reverse();
    const turned = Object.fromEntries(
      Object.entries(baselineColumns).map(([name, column]) => [
        name,
        numbers(order.map((row) => Number(textAt(column, row)))),
      ]),
    );
    expect(against(read(turned, { groups: "day" })).metrics).toEqual(whole.metrics);
    const dictionary = order.map((row) => String(id[row]));
    const texts: Column = { type: "text", codes: Int32Array.from(dictionary, (_, i) => i), dictionary };
    expect(against(read({ ...turned, id: texts }, { groups: "day" })).metrics).toEqual(whole.metrics);
  });

  test("labels that differ for the same id are a failed check, whatever the gates say", () => {
    const changed = truth.map((label, row) => (row < 3 ? 1 - label : label));
    const found = against(read({ ...baselineColumns, y_true: numbers(changed) }, { groups: "day" }));
    expect(found.checks[0]).toMatchObject({ id: "labels-changed", status: "fail", actual: 3, limit: 0, unit: "rows" });
    expect(found.checks[0]?.reason).toContain("LABELS_CHANGED");
    expect(found).toMatchObject({ verdict: "fail", pairing: { labelsChanged: 3, mode: "paired" } });
  });

  test("at 96 % overlap the rest is left out, at 94 % the comparison is unpaired, and both are said", () => {
    const part = (share: number) =>
      against(
        read(
          some(baselineColumns, (row) => row < share * id.length),
          { groups: "day" },
        ),
      );
    expect(part(0.96)).toMatchObject({
      pairing: { mode: "paired", rows: 1920, overlap: 0.96 },
      notes: ["80 rows that production v1 has no score for are left out."],
    });
    const unpaired = part(0.94);
    expect(unpaired.pairing).toMatchObject({ mode: "unpaired", overlap: 0.94 });
    expect(unpaired.notes[0]).toContain("Not paired: production v1 has scores for 94 % of these rows");
    const width = (found: typeof whole) =>
      Math.abs(
        (found.metrics[0]?.difference?.interval?.[1] as number) -
          (found.metrics[0]?.difference?.interval?.[0] as number),
      );
    expect(width(unpaired)).toBeGreaterThan(2 * width(whole));
    expect(unpaired.flips).toBeNull();
    expect(unpaired.slices.every((slice) => slice.gain === null)).toBe(true);
  });

  test("stored scores come first, the job's fill in the rest, and the report says so", () => {
    const early = read(
      some(baselineColumns, (row) => row < 500),
      { groups: "day" },
    );
    const job = read({ id: shared.id, y_score: numbers(theirs) }, { labels: "optional" });
    const found = against(early, job);
    expect(found.metrics).toEqual(whole.metrics);
    expect(found.notes).toEqual([
      "production v1's scores are the stored ones on 500 rows; the candidate's job made those of the other 1,500.",
    ]);
  });

  describe("a candidate that left rows out", () => {
    const easy = (row: number) => (theirs[row] as number) < 0.2 || (theirs[row] as number) > 0.3; // nine rows of ten
    const scored = read(some({ ...shared, y_score: numbers(ours) }, easy), { groups: "day" });
    const stored = read(baselineColumns, { groups: "day" });
    const lax = { ...settings, gates: [Gate.parse({ metric: "log_loss", margin: 1 })] };
    const held = (change: Partial<Evidence>, baseline = stored as Predictions | null, job: Predictions | null = null) =>
      judge(
        {
          candidate: scored,
          baseline: baseline === null && job === null ? null : { stored: baseline, fromJob: job },
          metrics: [],
          baselineMetrics: [],
          ...change,
        },
        lax,
      );
    const left = id.length - scored.rows;

    test("fails where the evaluation data are known to have more", () => {
      const found = held({ evaluationRows: id.length });
      expect(found.verdict).toBe("fail");
      expect(found.checks[0]).toMatchObject({ id: "rows-missing", status: "fail", actual: left, unit: "rows" });
      expect(found.checks[0]?.reason).toContain(`${left} of 2,000 evaluation rows have no score`);
      const alone = judge(
        { candidate: scored, baseline: null, metrics: [], baselineMetrics: null, evaluationRows: id.length },
        { ...settings, ...first, gates: gates.slice(1) },
      );
      expect(alone).toMatchObject({ verdict: "fail", checks: [{ id: "rows-missing" }, { status: "pass" }] });
      expect(held({ evaluationRows: scored.rows, sameData: false }).checks[0]?.status).toBe("inconclusive");
    });

    test("fails where the stored scores of the same data have them, and is inconclusive at best where nobody knows of what data they are", () => {
      for (const [status, change] of [
        ["fail", { sameData: true }],
        ["inconclusive", {}],
      ] as const) {
        const found = held(change);
        expect(found).toMatchObject({ verdict: status, pairing: { mode: "unpaired", rows: scored.rows } });
        expect(found.checks[0]).toMatchObject({ id: "rows-missing", status, actual: left });
        expect(found.checks[0]?.reason).toMatch(`no score for ${left} of `);
        expect(found.notes[0]).toContain("Not paired");
      }
    });

    test("is inconclusive at best where the job scored them with the baseline's files, labels or not", () => {
      const bare = read({ id: shared.id, y_score: numbers(theirs) }, { labels: "optional" });
      expect(held({}, null, stored)).toMatchObject({ verdict: "inconclusive", pairing: { mode: "unpaired" } });
      expect(held({}, null, bare)).toMatchObject({ verdict: "inconclusive", pairing: { mode: "paired" } });
    });

    test("is none where the evaluation set moved on and the job scored both sides on what is left; without that it may have been cut down", () => {
      const alone = held({ sameData: false });
      expect(alone).toMatchObject({ verdict: "inconclusive", pairing: { mode: "paired" } });
      expect(alone.checks[0]).toMatchObject({ id: "rows-missing", status: "inconclusive", actual: left });
      expect(alone.checks[0]?.reason).toContain("with evaluate.predict both are scored on the same ones");
      const job = read(some(baselineColumns, easy), { groups: "day" });
      for (const sameData of [false, null])
        expect(held({ sameData }, stored, job)).toMatchObject({ verdict: "pass", pairing: { mode: "paired" } });
    });

    test("may leave out a few, but none of the same data", () => {
      const most = read(
        some({ ...shared, y_score: numbers(ours) }, (row) => row >= 100),
        { groups: "day" },
      );
      const few = held({ candidate: most });
      expect(few).toMatchObject({ verdict: "pass", pairing: { mode: "paired", rows: 1900 } });
      expect(few.notes).toEqual(["The candidate has no score for 100 of the 2,000 rows of production v1."]);
      expect(held({ candidate: most, sameData: true })).toMatchObject({
        verdict: "fail",
        checks: [{ id: "rows-missing", actual: 100 }, { status: "pass" }],
      });
    });
  });

  test("without ids rows pair by number when lengths and labels are equal, else not", () => {
    const plain = (labels: Float64Array, scores: Float64Array) =>
      read({ y_true: numbers(labels), y_score: numbers(scores) });
    const judged = (stored: Predictions) =>
      judge(evidence({ candidate: plain(truth, ours), stored }), settings).pairing.mode;
    expect(judged(plain(truth, theirs))).toBe("paired");
    expect(judged(plain(truth.toReversed(), theirs))).toBe("unpaired");
    expect(judged(plain(truth.slice(1), theirs.slice(1)))).toBe("unpaired");
  });

  test("an unpaired baseline without the group column is refused", () => {
    const { day: _, ...without } = some(baselineColumns, (row) => row < 100);
    expect(() => against(read(without))).toThrow(refusal("GROUPS_MISSING", { column: "day" }));
  });

  test("an unpaired baseline of fewer groups decides how they are resampled", () => {
    const week = read(
      some(baselineColumns, (row) => row < 250),
      { groups: "day" },
    );
    expect(against(week).method).toMatchObject({ interval: "cluster-t", clusters: 5 });
  });

  test("an unpaired baseline without labels is refused", () => {
    const bare = read(
      some({ id: shared.id, y_score: numbers(theirs) }, (row) => row < 100),
      { labels: "optional" },
    );
    expect(() => against(null, bare)).toThrow(refusal("LABELS_MISSING"));
  });

  test("class scores in another order are brought into the candidate's", () => {
    const names: Column = { type: "text", codes: Int32Array.from(truth), dictionary: ["on time", "late"] };
    const flipped = (scores: Float64Array) => read({ id: numbers(id), y_true: names, "y_score.late": numbers(scores) });
    const turned = read({
      id: numbers(id),
      y_true: names,
      "y_score.on time": numbers(theirs.map((score) => 1 - score)),
    });
    const one = judge(evidence({ candidate: flipped(ours), stored: turned }), settings).metrics.find(
      (metric) => metric.name === "roc_auc",
    );
    const same = whole.metrics.find((metric) => metric.name === "roc_auc");
    expect(one?.baseline?.value).toBeCloseTo(same?.baseline?.value as number, 12);
  });
});

describe("without a baseline", () => {
  test("comparing gates are skipped, standards judged", () => {
    const { candidate } = sides(made());
    const found = judge({ candidate, baseline: null, metrics: [], baselineMetrics: null }, { ...settings, ...first });
    expect(found.checks.map((check) => check.status)).toEqual(["skipped", "pass"]);
    expect(found).toMatchObject({ verdict: "pass", noBaseline: "never-held", pairing: { mode: "none" }, notes: [] });
  });

  test("the default gate alone is no standard, and a note says so", () => {
    const { candidate } = sides(made());
    const found = judge(
      { candidate, baseline: null, metrics: [], baselineMetrics: null },
      { ...settings, ...first, gates: null },
    );
    expect(found.checks).toMatchObject([{ id: "log_loss-worse", status: "skipped" }]);
    expect(found.notes).toEqual([
      "No gate is an absolute standard (min or max): a first model needs one to be registered.",
    ]);
  });
});

describe("metrics of a file", () => {
  const metric = (name: string, value: number, goal: "maximize" | "minimize" | null = null) => ({
    name,
    value,
    goal,
    split: null,
    unit: null,
  });
  const points: Evidence = {
    candidate: null,
    baseline: null,
    metrics: [metric("log_loss", 0.4), metric("latency", 9)],
    baselineMetrics: [metric("log_loss", 0.41), metric("latency", 8)],
  };

  test("alone they are judged by their points, and the report says so everywhere", () => {
    const found = judge(points, { ...settings, gates: null });
    expect(found).toMatchObject({ pointOnly: true, verdict: "pass", method: { interval: "point", replicates: 0 } });
    expect(found.metrics.map(({ name, candidate }) => [name, candidate.interval])).toEqual([["log_loss", null]]);
    expect(found.checks[0]?.reason).toContain("point only");
    expect(found.notes[0]).toContain("Point values only");
  });

  test("a metric of an unknown direction needs a goal", () => {
    const gate = { metric: "latency", margin: 0.5 };
    expect(() => judge(points, { ...settings, gates: [Gate.parse(gate)] })).toThrow(
      refusal("GOAL_UNKNOWN", { metric: "latency" }),
    );
    const found = judge(points, { ...settings, gates: [Gate.parse({ ...gate, goal: "minimize" })] });
    expect(found.checks[0]).toMatchObject({ status: "fail", actual: 1, limit: 0.5 });
  });

  test("beside predictions, a gate may name one of them", () => {
    const found = judge(
      { ...evidence(sides(made())), metrics: points.metrics, baselineMetrics: points.baselineMetrics },
      { ...settings, gates: [Gate.parse({ metric: "latency", max: 10 })] },
    );
    expect(found.checks[0]).toMatchObject({
      status: "pass",
      actual: 9,
      interval: null,
      reason: expect.stringContaining("point only"),
    });
  });

  test("with a standard error on both sides an interval decides, and nothing is called point only", () => {
    const uncertain = (value: number, se: number) => ({ ...metric("log_loss", value), se, n: 400 });
    const gates = [Gate.parse({ metric: "log_loss", margin: 0.05 })];
    const at = (ours: number, se: number) =>
      judge(
        { ...points, metrics: [uncertain(ours, se)], baselineMetrics: [uncertain(0.41, se)] },
        { ...settings, gates },
      );
    expect(at(0.4, 0.01)).toMatchObject({ verdict: "pass", pointOnly: false, method: { interval: "reported" } });
    expect(at(0.4, 0.05).verdict).toBe("inconclusive");
    expect(at(0.6, 0.01).verdict).toBe("fail");
    expect(at(0.4, 0.01).checks[0]?.pointOnly).toBeUndefined();
    expect(at(0.4, 0.01).notes.join(" ")).not.toContain("point only");
  });

  test("with uncertainty on one side alone, the comparing gate is inconclusive and the standard is not: saying less passes no more", () => {
    const gates = [Gate.parse({ metric: "log_loss", margin: 0.05 }), Gate.parse({ metric: "log_loss", max: 0.5 })];
    const found = judge({ ...points, metrics: [{ ...metric("log_loss", 0.4), se: 0.01 }] }, { ...settings, gates });
    expect(found.checks.map(({ status, pointOnly }) => [status, pointOnly])).toEqual([
      ["inconclusive", undefined],
      ["pass", undefined],
    ]);
    const baselineMetrics = [{ ...metric("log_loss", 0.41), se: 0.01 }];
    const silent = judge({ ...points, baselineMetrics }, { ...settings, gates });
    expect(silent.checks[0]).toMatchObject({
      status: "inconclusive",
      reason: "only one side says how sure it is of this number",
    });
  });

  test("of a known metric the training does not say which way is better, and of another not the candidate alone", () => {
    const gates = [Gate.parse({ metric: "accuracy", "improve-by": 0 })];
    const worse = { ...metric("accuracy", 0.75, "minimize"), se: 0.005 };
    const baselineMetrics = [{ ...metric("accuracy", 0.8), se: 0.005 }];
    const found = judge({ ...points, metrics: [worse], baselineMetrics }, { ...settings, gates });
    expect(found.checks[0]?.status).toBe("fail");
    const own = (goal: "maximize" | "minimize") => [metric("toxicity", 0.75, goal)];
    const gate = { ...settings, gates: [Gate.parse({ metric: "toxicity", "improve-by": 0 })] };
    expect(() => judge({ ...points, metrics: own("maximize"), baselineMetrics: own("minimize") }, gate)).toThrow(
      refusal("GOAL_UNKNOWN", { metric: "toxicity" }),
    );
    expect(judge({ ...points, metrics: own("minimize"), baselineMetrics: own("minimize") }, gate).checks).toHaveLength(
      1,
    );
  });

  test("training rows are never held against others", () => {
    const gates = [Gate.parse({ metric: "train_accuracy", margin: 0.01 })];
    const found = judge(
      { ...points, metrics: [metric("train_accuracy", 0.99)], baselineMetrics: [metric("accuracy", 0.8)] },
      { ...settings, gates },
    );
    expect(found.checks[0]).toMatchObject({ status: "inconclusive", actual: null });
    const other = judge(
      { ...points, metrics: [metric("accuracy", 0.99)], baselineMetrics: [metric("train_accuracy", 0.8)] },
      { ...settings, gates: [Gate.parse({ metric: "accuracy", margin: 0.01 })] },
    );
    expect(other.checks[0]).toMatchObject({ status: "inconclusive", actual: null });
  });

  test("a value that the metric cannot have is refused, with the range", () => {
    const gates = [Gate.parse({ metric: "accuracy", min: 0.5 })];
    const percent = { ...points, metrics: [metric("accuracy", 80.5)], baselineMetrics: null };
    expect(() => judge(percent, { ...settings, gates })).toThrow(
      refusal("METRICS_INVALID", { field: "accuracy", problem: "is 80.5, and lies between 0 and 1" }),
    );
  });

  test("what rows give is never taken from there: a column that was left out is refused", () => {
    const given = sides(made());
    const decided = { ...given, candidate: { ...given.candidate, scores: null } };
    const claimed = { ...metric("log_loss", 0.01), se: 0.001 };
    expect(() =>
      judge(
        { ...evidence(decided), metrics: [claimed] },
        { ...settings, gates: [Gate.parse({ metric: "log_loss", margin: 0.1 })] },
      ),
    ).toThrow(refusal("METRIC_UNCOMPUTED", { metric: "log_loss", needs: "y_score" }));
  });

  test("where the baseline was judged on rows, figures without rows are inconclusive", () => {
    const gates = [Gate.parse({ metric: "log_loss", max: 0.5 })];
    const found = judge({ ...points, baselineHasRows: true }, { ...settings, gates });
    expect(found).toMatchObject({
      verdict: "inconclusive",
      checks: [{ id: "predictions-missing" }, { status: "pass" }],
    });
  });

  test("a gate finds the metric that is meant: of the evaluation before the training's, and by the trainer's own name", () => {
    const of = (split: string, value: number) => ({ ...metric("accuracy", value), split });
    const metrics = [of("train", 0.99), of("eval", 0.8), { ...metric("eval_f1", 0.7) }];
    const found = judge(
      { ...points, metrics, baselineMetrics: [metric("eval_accuracy", 0.79)] },
      {
        ...settings,
        gates: ["accuracy", "eval_accuracy", "train_accuracy", "f1"].map((name) =>
          Gate.parse({ metric: name, min: 0.75 }),
        ),
      },
    );
    expect(found.checks.map(({ subject, actual }) => [subject, actual])).toEqual([
      ["accuracy", 0.8],
      ["eval_accuracy", 0.8],
      ["train_accuracy", 0.99],
      ["f1", 0.7],
    ]);
    expect(found.metrics[0]?.baseline?.value).toBe(0.79);
    expect(found.metrics.map(({ name }) => name)).toEqual(["accuracy", "eval_accuracy", "train_accuracy", "f1"]);
  });

  test("beside predictions, one that was asked for is shown, and no gate reads it", () => {
    const given = { ...evidence(sides(made())), metrics: [...points.metrics, metric("batch", 64)] };
    const baselineMetrics = [...(points.baselineMetrics ?? []), metric("batch", 32)];
    const asked = { ...settings, metrics: ["latency", "batch"] };
    const found = judge({ ...given, baselineMetrics }, asked);
    expect(found.metrics.at(-1)).toMatchObject({ name: "latency", goal: "minimize", difference: { value: 1 } });
    expect(found.metrics.map(({ name }) => name)).not.toContain("batch"); // which way is better nobody said
    expect(found.checks).toEqual(judge(evidence(sides(made())), settings).checks);
  });

  test("a metric nobody knows is refused with the nearest name", () => {
    expect(() =>
      judge(evidence(sides(made())), { ...settings, gates: [Gate.parse({ metric: "roc_acu", min: 0.6 })] }),
    ).toThrow(refusal("METRIC_UNKNOWN", { nearest: "roc_auc" }));
  });
});

describe("slices", () => {
  /** 30 groups; in slice 3 of 5 the candidate is much worse. */
  function sliced(worse: number) {
    const { id, day, truth, ours, theirs } = made({ days: 30, perDay: 100, seed: 3 });
    const region = id.map((_, row) => row % 5);
    const spoilt = ours.map((score, row) =>
      region[row] === 3 ? score * (1 - worse) + worse * (1 - (truth[row] as number)) : score,
    );
    const shared = { id: numbers(id), day: numbers(day), y_true: numbers(truth), region: numbers(region) };
    return evidence({
      candidate: read({ ...shared, y_score: numbers(spoilt) }, { groups: "day", slices: ["region"] }),
      stored: read({ ...shared, y_score: numbers(theirs) }, { groups: "day" }),
    });
  }

  test("only a significant loss counts as worse", () => {
    expect(judge(sliced(0), settings).slices.map((slice) => slice.worse)).toEqual([false, false, false, false, false]);
    const found = judge(sliced(0.3), settings).slices;
    expect(found.filter((slice) => slice.worse).map((slice) => slice.value)).toEqual(["3"]);
    expect(found[0]).toMatchObject({ column: "region", metric: "log_loss", rows: 600 });
  });

  test("adjusted p-values never lie below a slice's own", () => {
    for (const slice of judge(sliced(0.05), settings).slices) {
      const [low, high] = ends(slice.gain?.interval);
      if (low > 0 || high < 0) continue;
      expect(slice.adjustedP).toBeGreaterThan(0.05);
    }
  });
});

test("curves have at most 200 points, from (0, 0) to (1, 1), and calibration bins of equal mass", () => {
  const { curves } = judge(evidence(sides(made())), settings);
  const [roc, precision, calibration] = curves;
  expect(curves.map(({ id }) => id)).toEqual(["roc", "precision-recall", "calibration", "score-histogram"]);
  expect(precision?.candidate.length).toBeLessThanOrEqual(200);
  expect(precision?.candidate.at(-1)?.[0]).toBe(1);
  expect(curves[3]?.candidate.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(roc?.candidate.length).toBeLessThanOrEqual(200);
  expect(roc?.candidate[0]).toEqual([0, 0]);
  expect(roc?.candidate.at(-1)).toEqual([1, 1]);
  const area = (roc?.candidate ?? []).reduce(
    (sum, [x, y], i, all) =>
      i === 0 ? 0 : sum + ((x - (all[i - 1]?.[0] as number)) * (y + (all[i - 1]?.[1] as number))) / 2,
    0,
  );
  expect(area).toBeCloseTo(
    judge(evidence(sides(made())), settings).metrics.find((metric) => metric.name === "roc_auc")?.candidate
      .value as number,
    2,
  );
  expect(calibration?.candidate.length).toBe(15);
});

test.each(["regression", "multiclass", "multilabel", "ranking", "scores"] as const)(
  "task %s is judged end to end",
  (task) => {
    const source = generator(5);
    const rows = 600;
    const draw = (of: (row: number) => number) => numbers(Array.from({ length: rows }, (_, row) => of(row)));
    const truth = draw((row) => (task === "multiclass" ? row % 3 : Math.floor(3 * source.fraction())));
    const labels = { "y_true.a": draw((row) => row % 2), "y_true.b": draw((row) => (row % 7 < 2 ? 1 : 0)) };
    const shared = {
      id: draw((row) => row),
      day: draw((row) => Math.floor(row / 15)),
      ...(task === "multilabel" ? labels : { y_true: truth }),
    };
    const scored = () => {
      if (task === "multilabel")
        return { "y_score.a": draw(() => source.fraction()), "y_score.b": draw(() => source.fraction()) };
      if (task !== "multiclass")
        return {
          y_score: draw((row) => ((truth as { values: Float64Array }).values[row] as number) + source.fraction()),
        };
      const a = draw(() => source.fraction() / 2);
      const b = draw(() => source.fraction() / 2);
      return {
        "y_score.0": a,
        "y_score.1": b,
        "y_score.2": draw(
          (row) =>
            1 -
            ((a as { values: Float64Array }).values[row] as number) -
            ((b as { values: Float64Array }).values[row] as number),
        ),
      };
    };
    const candidate = read({ ...shared, ...scored() }, { task, groups: "day" });
    const stored = read({ ...shared, ...scored() }, { task, groups: "day" });
    const found = judge(evidence({ candidate, stored }), { ...settings, task, gates: null });
    expect(found.metrics.length).toBeGreaterThan(0);
    for (const metric of found.metrics) {
      const [low, high] = ends(metric.difference?.interval);
      expect(
        low <= (metric.difference?.value as number) && (metric.difference?.value as number) <= high,
        metric.name,
      ).toBe(true);
    }
    expect(["pass", "fail", "inconclusive"]).toContain(found.verdict);
  },
);

describe("what a reader looks into", () => {
  const sexes = (rows: number): Column => ({
    type: "text",
    codes: Int32Array.from({ length: rows }, (_, row) => row % 2),
    dictionary: ["F", "M"],
  });
  /** A candidate that says less of the women than happens to them. */
  function unequal(groups: string | null) {
    const { id, day, truth, ours, theirs } = made();
    const shared = { id: numbers(id), day: numbers(day), y_true: numbers(truth), sex: sexes(id.length) };
    const low = ours.map((score, row) => (row % 2 === 0 ? score * 0.6 : score));
    const change = { groups, slices: ["sex"] };
    return evidence({
      candidate: read({ ...shared, y_score: numbers(low) }, change),
      stored: read({ ...shared, y_score: numbers(theirs) }, change),
    });
  }
  const rules = [FairnessRule.parse({ column: "sex", metric: "recall", "max-difference": 0.05 })];

  test.each(["day", null])("a recall that differs between groups fails the verdict, by %s", (groups) => {
    const found = judge(unequal(groups), { ...settings, gates: [gates[1] as Gate], fairness: rules });
    expect(found.verdict).toBe("fail");
    expect(found.checks.at(-1)).toMatchObject({ id: "recall-unequal", status: "fail", limit: 0.05 });
    expect(found.fairness?.[0]).toMatchObject({ column: "sex", candidate: { lowest: "F", highest: "M" } });
    expect(found.fairness?.[0]?.baseline?.difference.value).toBeLessThan(0.05);
    expect(found.metrics.some(({ name }) => name === "recall")).toBe(true);
    const { value: apart = 0 } = found.fairness?.[0]?.candidate?.difference ?? {};
    expect(apart).toBeGreaterThan(0.2);
  });

  test("a metric nobody knows is refused, and where there are only points nothing is known to be equal", () => {
    const wrong = [{ ...(rules[0] as FairnessRule), metric: "recal" }];
    expect(() => judge(unequal(null), { ...settings, fairness: wrong })).toThrow(
      expect.objectContaining({ code: "METRIC_UNKNOWN" }),
    );
    const reported = { name: "roc_auc", value: 0.7, unit: null, split: null, goal: null };
    const points = judge(
      { candidate: null, baseline: null, metrics: [reported], baselineMetrics: null },
      { ...settings, ...first, gates: [gates[1] as Gate], fairness: rules },
    );
    expect(points.checks.at(-1)).toMatchObject({ id: "recall-unequal", status: "inconclusive" });
  });

  test("calibration has shifted where the ratios' difference leaves zero out", () => {
    const { calibration } = judge(unequal("day"), settings);
    expect(calibration?.candidate.ratio.value).toBeGreaterThan(1.1); // it says too little
    expect(calibration?.baseline?.ratio.value).toBeCloseTo(1, 1);
    expect(calibration?.difference?.interval?.[0]).toBeGreaterThan(0);
    expect(calibration?.candidate.observed).toBe(calibration?.baseline?.observed);
  });

  test("decisions, flips and weak slices stand beside each other", () => {
    const found = judge(unequal(null), settings);
    const all = found.confusion?.candidate.flat().reduce((sum, rows) => sum + rows, 0);
    expect(all).toBe(found.pairing.rows);
    expect(found.flips?.slices?.[0]).toMatchObject({ column: "sex", value: "F" });
    expect(found.weakSlices?.confirmed.map(({ where, than }) => [where[0]?.value, than])).toContainEqual([
      "F",
      "baseline",
    ]);
  });
});
