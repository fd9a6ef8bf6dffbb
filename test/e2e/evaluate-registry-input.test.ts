import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EvaluationReport, type ModelVersion, type RunRecord } from "@trainyard/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { config, startTrainyard, ToyProject } from "./toy-project.ts";

const MINUTES = 4 * 60_000;
const margin = config.replace("improve-by: 0", "margin: 0.01");

/** v1 is in production and was judged, v2 is registered and a little better; `run` is trained and not judged yet. Margins are held. */
let base: ToyProject;
let run: string;
let versions: ModelVersion[];

beforeAll(async () => {
  base = new ToyProject({ config: margin });
  await base.firstVersion();
  for (const words of [["train", "--set", "noise=0.01"], ["evaluate"], ["register"], ["train", "--set", "noise=0.02"]])
    expect({ words, code: (await base.trainyard(...words)).code }).toEqual({ words, code: 0 });
  run = newestRun(base);
  versions = [];
  for (const which of ["toy@1", "toy@2"]) versions.push((await base.json<ModelVersion>("show", which)).value);
}, MINUTES);
afterAll(() => base[Symbol.dispose]());

/** The same project again, for one test to spoil. */
function spoilt(): ToyProject {
  const project = new ToyProject({ commit: false });
  rmSync(project.root, { recursive: true });
  cpSync(base.root, project.root, { recursive: true, verbatimSymlinks: true });
  return project;
}

const runsFolder = (project: ToyProject) => join(project.root, ".trainyard/runs/toy");
const recordFile = (project: ToyProject, id = run) => join(runsFolder(project), id, "record.json");
const reportFile = (project: ToyProject, id = run) => join(runsFolder(project), id, "evaluation.json");
const blob = (project: ToyProject, digest: string | null) =>
  join(project.root, ".trainyard/store/blobs/sha256", (digest ?? "").slice("sha256:".length));

function newestRun(project: ToyProject): string {
  const records = readdirSync(runsFolder(project)).map(
    (id) => JSON.parse(readFileSync(recordFile(project, id), "utf8")) as RunRecord,
  );
  return (records.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).at(-1) as RunRecord).id;
}

interface Refusal {
  readonly error: { code: string; message: string; hint: string; details: Record<string, unknown> };
}
async function refused(project: ToyProject, ...words: string[]) {
  const { value, code } = await project.json<Refusal>("evaluate", ...words);
  expect(code).toBe(2);
  return value.error;
}
async function judged(project: ToyProject, ...words: string[]): Promise<EvaluationReport> {
  return EvaluationReport.parse((await project.json("evaluate", ...words)).value);
}

describe("the baseline", () => {
  test("that was withdrawn is refused, with the reason it was withdrawn for", async () => {
    using project = spoilt();
    await project.trainyard("withdraw", "toy@2", "--reason", "wrong labels");
    expect(await refused(project, "--baseline", "2")).toMatchObject({
      code: "BASELINE_MISSING",
      message: expect.stringContaining("v2 was withdrawn: wrong labels"),
      hint: expect.stringContaining("--baseline none"),
    });
    expect(existsSync(reportFile(project))).toBe(false);
  });

  test("whose alias was removed is refused, where one that was never held is a first model", async () => {
    using project = spoilt();
    await project.trainyard("alias", "toy@2", "champion");
    await project.trainyard("alias", "toy", "champion", "--remove");
    expect(await refused(project, "--baseline", "champion")).toMatchObject({
      code: "BASELINE_MISSING",
      message: expect.stringContaining("the alias was removed"),
    });
    expect((await refused(project, "--baseline", "champoin")).code).toBe("BASELINE_UNKNOWN");
  });

  test.each(["record", "predictions"] as const)(
    "whose %s is gone from the store is refused by the version's name, and judged again once it is restored",
    async (what) => {
      using project = spoilt();
      const file = blob(project, (versions[0] as ModelVersion)[what]);
      rmSync(file, { force: true });
      const { code, message, hint } = await refused(project);
      expect([code, message.includes("toy v1"), hint.includes("trainyard restore")]).toEqual([
        "BLOB_MISSING",
        true,
        true,
      ]);
      expect(existsSync(reportFile(project))).toBe(false);
      await project.trainyard("restore", "--from", join(base.root, ".trainyard"));
      expect((await judged(project)).verdict).toBe("pass");
    },
  );

  test.each(["record", "predictions", "evaluation"] as const)(
    "whose stored %s was altered is not used",
    async (what) => {
      using project = spoilt();
      const file = blob(project, (versions[1] as ModelVersion)[what]);
      const text = readFileSync(file, "utf8");
      rmSync(file);
      writeFileSync(
        file,
        text.replaceAll("0.1", "0.2").replaceAll('"improved":true', '"improved":false').replace(/\n$/, " \n"),
      );
      expect(await refused(project, "--baseline", "2")).toMatchObject({
        code: "DIGEST_MISMATCH",
        message: expect.stringContaining("toy v2"),
      });
    },
  );

  test("whose report is gone cannot say what the anchor is: refused, since a margin would be held against a guess", async () => {
    using project = spoilt();
    rmSync(blob(project, (versions[1] as ModelVersion).evaluation));
    expect(await refused(project, "--baseline", "2")).toMatchObject({
      code: "BLOB_MISSING",
      message: expect.stringContaining("the evaluation of toy v2"),
    });
  });

  test("that is the candidate byte for byte is unchanged: it passes, and register returns the version that exists", async () => {
    using project = spoilt();
    await project.trainyard("train");
    const { value, code } = await project.json("evaluate");
    expect(code).toBe(0);
    expect(EvaluationReport.parse(value)).toMatchObject({ unchanged: true, verdict: "pass" });
    const { value: version } = await project.json<ModelVersion>("register");
    expect(version).toMatchObject({ version: 1, rootDigest: versions[0]?.rootDigest });
  }, 60_000);
});

describe("a record that lies", () => {
  /** @param change Of the record as it is written. */
  function lying(change: (record: RunRecord) => unknown, text = (json: string) => json): ToyProject {
    const project = spoilt();
    const record = JSON.parse(readFileSync(recordFile(project), "utf8")) as RunRecord;
    change(record);
    writeFileSync(recordFile(project), text(JSON.stringify(record)));
    return project;
  }
  let honest: EvaluationReport;
  beforeAll(async () => {
    using project = spoilt();
    honest = await judged(project);
  });
  const verdictOf = ({ metrics, checks, verdict, pairing }: EvaluationReport) => ({
    metrics,
    checks,
    verdict,
    pairing,
  });

  test("about how many rows it scored changes nothing: the file is counted", async () => {
    using project = lying((record) => {
      (record.predictions as NonNullable<RunRecord["predictions"]>).candidate.rows = 7;
    });
    const report = await judged(project);
    expect(verdictOf(report)).toEqual(verdictOf(honest));
    expect([report.candidate.predictions?.rows, report.footprint?.scoring?.rows]).toEqual([2400, 2400]);
  });

  test("about how many rows there are to score fails, when it has more of them than scores", async () => {
    using project = lying((record) => {
      for (const data of record.datasets) if (data.role === "evaluation") Object.assign(data, { rows: 5000 });
    });
    expect((await judged(project)).checks[0]).toMatchObject({ id: "rows-missing", status: "fail", actual: 2600 });
  });

  test("about its metrics is refused where they are no numbers, and changes nothing where rows were scored", async () => {
    for (const value of ["NaN", "1e999", "null", '"0.1"']) {
      using project = lying(
        (record) =>
          Object.assign(record, { metrics: [{ name: "roc_auc", value: 0.5, goal: null, split: null, unit: null }] }),
        (json) => json.replace('"name":"roc_auc","value":0.5', `"name":"roc_auc","value":${value}`),
      );
      const { code } = await refused(project);
      expect({ value, code }).toEqual({ value, code: expect.stringMatching(/DOCUMENT_INVALID|JSON_SYNTAX/) });
    }
    using project = lying((record) =>
      Object.assign(record, {
        metrics: [{ name: "roc_auc", value: 0.999, goal: "maximize", split: null, unit: null }],
      }),
    );
    expect(verdictOf(await judged(project))).toEqual(verdictOf(honest));
  }, 60_000);

  test("about its task changes nothing: the config's counts", async () => {
    using project = lying((record) => Object.assign(record, { task: "regression" }));
    const report = await judged(project);
    expect(report.task).toBe("binary");
    expect(verdictOf(report)).toEqual(verdictOf(honest));
  });

  test("about rows it was trained on is only as good as its job; a share above one fails", async () => {
    using project = lying((record) =>
      Object.assign(record, { overlap: { rows: 9999, of: 2400, sampled: false, byChance: 0, columns: 4 } }),
    );
    expect((await judged(project)).checks[0]).toMatchObject({ id: "train-test-overlap", status: "fail" });
  });

  test("about its scores' digest is refused", async () => {
    using project = lying((record) => {
      const { file } = (record.predictions as NonNullable<RunRecord["predictions"]>).candidate;
      Object.assign(file, { digest: `sha256:${"0".repeat(64)}` });
    });
    expect((await refused(project)).code).toBe("DIGEST_MISMATCH");
  });
});

test("a metric whose better way nobody said is refused, and the refusal says goal:", async () => {
  using project = spoilt();
  project.write(
    "trainyard.yaml",
    config.replace("{ metric: log_loss, improve-by: 0 }", "{ metric: slope, margin: 1 }"),
  );
  expect(await refused(project)).toMatchObject({
    code: "GOAL_UNKNOWN",
    details: { metric: "slope" },
    hint: expect.stringContaining("goal:"),
  });
  project.write(
    "trainyard.yaml",
    config.replace("{ metric: log_loss, improve-by: 0 }", "{ metric: slope, margin: 1, goal: maximize }"),
  );
  expect((await judged(project)).checks.map(({ subject }) => subject)).toContain("slope");
});

test("flags that go with files of one's own are refused in a project, by the setting that says it there", async () => {
  using project = spoilt();
  for (const [flag, value, setting] of [
    ["groups", "day", "evaluate.groups"],
    ["slice", "kind", "evaluate.slices"],
    ["metric", "f1", "evaluate.metrics"],
    ["column", "id=id", "evaluate.columns"],
    ["task", "binary", "task"],
  ] as const) {
    const { code, message, hint } = await refused(project, `--${flag}`, value);
    expect([code, message]).toEqual(["INPUT_UNUSED", `--${flag} does nothing without --candidate.`]);
    expect(hint).toContain(`${setting} of trainyard.yaml`);
  }
  expect((await refused(project, "toy", "--candidate", "data/evaluate.csv", "--baseline", "none")).message).toBe(
    "MODEL does nothing with --candidate.",
  );
});

test("a clock that jumps back between training and evaluation changes no verdict, and what is written says its time", async () => {
  using project = spoilt();
  const at = async (now: string, ...words: string[]) => {
    project.environment["TRAINYARD_NOW"] = now;
    return project.json(...words);
  };
  const early = EvaluationReport.parse((await at("2001-05-13T06:00:00Z", "evaluate")).value);
  expect(early).toMatchObject({ at: "2001-05-13T06:00:00Z", simulatedClock: true, verdict: "pass" });
  expect((await at("2001-05-12T06:00:00Z", "register")).code).toBe(0);
  expect((await at("2001-05-11T06:00:00Z", "verify")).code).toBe(0);
  const { value } = await at("2001-05-11T06:00:00Z", "history", "toy");
  const seen = (value as unknown as { sequence?: number; at: string }[]).map((event) => event.at);
  expect(seen).toContain("2001-05-12T06:00:00Z");
}, 60_000);

describe("evaluate that is not alone, or not let finish", () => {
  test("twice at once on one run: both judge alike, and one whole report stays", async () => {
    using project = spoilt();
    const both = await Promise.all([judged(project), judged(project), judged(project)]);
    const said = both.map(({ at: _, ...report }) => report);
    expect(said[1]).toEqual(said[0]);
    expect(said[2]).toEqual(said[0]);
    const { at: _, ...kept } = EvaluationReport.parse(JSON.parse(readFileSync(reportFile(project), "utf8")));
    expect(kept).toEqual(said[0]);
  }, 60_000);

  test.each(["SIGKILL", "SIGINT"] as const)(
    "%s at any moment leaves the whole report or none, and nothing in the way of the next",
    async (signal) => {
      using project = spoilt();
      const began = performance.now();
      await judged(project);
      const whole = performance.now() - began;
      const old = readFileSync(reportFile(project), "utf8");
      for (let round = 0; round < 8; round++) {
        if (round % 2 === 0) rmSync(reportFile(project), { force: true });
        else writeFileSync(reportFile(project), old);
        const ended = await startTrainyard(project, ["evaluate"], async (child) => {
          await sleep((whole * (round + 5)) / 12);
          child.kill(signal);
        });
        if (signal === "SIGINT") expect([0, 130, 143]).toContain(ended.code); // 143: before it had begun
        if (existsSync(reportFile(project)))
          EvaluationReport.parse(JSON.parse(readFileSync(reportFile(project), "utf8")));
      }
      expect((await judged(project)).verdict).toBe("pass");
      expect((await project.trainyard("register")).code).toBe(0);
    },
    MINUTES,
  );
});
