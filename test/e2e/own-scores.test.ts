import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import { generator } from "../../packages/core/src/statistics/generator.ts";
import { run } from "./toy-project.ts";

const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trainyard-scores-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `trainyard evaluate --candidate A --baseline B|none` of two files with these contents, in a folder that is no repository. */
async function evaluated(extension: string, candidate: string, baseline: string | null, ...more: string[]) {
  writeFileSync(join(folder, `new.${extension}`), candidate);
  if (baseline !== null) writeFileSync(join(folder, `old.${extension}`), baseline);
  const against = baseline === null ? ["--baseline", "none"] : ["--baseline", `old.${extension}`];
  const words = ["evaluate", "--candidate", `new.${extension}`, ...against, ...more, "--json"];
  const ended = await run(process.execPath, [bin, "-C", folder, ...words], process.env);
  return {
    exit: ended.code,
    value: JSON.parse(ended.stdout) as EvaluationReport & { error?: { code: string; message: string } },
  };
}

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const items = Array.from({ length: 300 }, (_, i) => i);
/** Right on this share of the items, the same ones whenever it can be. */
const right = (share: number) => {
  const source = generator(3);
  return items.map(() => source.fraction() < share);
};

describe("scores of examples, whoever gave them", () => {
  test("as JSONL are judged by item, the task told from the columns", async () => {
    const rows = (share: number) =>
      lines(right(share).map((score, id) => ({ id, "score.correct": score, group: id % 40 })));
    const { exit, value } = await evaluated("jsonl", rows(0.8), rows(0.6));
    expect({ exit, task: value.task, verdict: value.verdict }).toEqual({ exit: 0, task: "scores", verdict: "pass" });
    expect(value.pairing).toMatchObject({ mode: "paired", rows: 300 });
    expect(value.method).toMatchObject({ groups: "group", clusters: 40 });
    expect(value.metrics.map(({ name }) => name)).toEqual(["correct"]);
  });

  test("with repeats say so", async () => {
    const rows = lines(items.flatMap((id) => [0, 1, 1].map((score) => ({ id, score }))));
    const { value } = await evaluated("jsonl", rows, rows);
    expect(value.notes.join(" ")).toContain("3 repeats an item");
    expect(value.candidate.predictions?.rows).toBe(300);
  });

  test("of promptfoo, as its results.json has them", async () => {
    const results = (share: number) =>
      JSON.stringify({
        evalId: "e",
        results: {
          version: 3,
          results: right(share).map((success, testIdx) => ({
            provider: { id: "openai:chat", label: "" },
            promptIdx: 0,
            testIdx,
            success,
            score: success ? 1 : 0.25,
            namedScores: { tone: success ? 0.9 : 0.5 },
          })),
          stats: { successes: 1, failures: 2 },
        },
      });
    const { exit, value } = await evaluated("json", results(0.8), results(0.8));
    expect({ exit, task: value.task }).toEqual({ exit: 0, task: "scores" });
    expect(value.metrics.map(({ name }) => name)).toEqual(["mean_score", "success", "tone"]);
  });

  test("of lm-evaluation-harness, as its samples have them", async () => {
    const samples = (share: number) =>
      lines(
        right(share).map((acc, doc_id) => ({
          doc_id,
          doc: { q: "?" },
          target: "A",
          filtered_resps: [["x"]],
          acc: Number(acc),
        })),
      );
    const { value } = await evaluated("jsonl", samples(0.6), samples(0.8));
    expect({ task: value.task, verdict: value.verdict }).toEqual({ task: "scores", verdict: "fail" });
  });
});

describe("a metrics file of one's own", () => {
  test("with standard errors on both sides is judged by an interval", async () => {
    const file = (value: number) => JSON.stringify({ eval_accuracy: { value, se: 0.004, n: 8000 } });
    const { exit, value } = await evaluated("json", file(0.9), file(0.85));
    expect({ exit, task: value.task, pointOnly: value.pointOnly }).toEqual({
      exit: 0,
      task: "binary",
      pointOnly: false,
    });
    expect(value.checks).toMatchObject([
      { subject: "accuracy", status: "pass", interval: [expect.any(Number), expect.any(Number)] },
    ]);
    expect(value.metrics[0]?.test?.name).toBe("welch-t");
  });

  test("without is point only, in every word of it", async () => {
    const { value } = await evaluated("json", '{"eval_accuracy": 0.9, "epoch": 3}', '{"accuracy": 0.85}');
    expect(value).toMatchObject({ pointOnly: true, checks: [{ pointOnly: true }] });
    const said = await run(
      process.execPath,
      [bin, "-C", folder, "evaluate", "--candidate", "new.json", "--baseline", "old.json"],
      process.env,
    );
    expect(said.stdout).toContain("unverified (point only)");
  });

  test.each([
    ['{"accuracy": {"value": 0.9, "ci": [1, 0.8]}}', "accuracy.ci"],
    ['{"accuracy": NaN}', "accuracy is NaN"],
    ['{"__proto__": 1}', "__proto__"],
    ['{"note": "nothing"}', "holds no number"],
    ["{", "neither rows nor metrics"],
  ])("%s is refused", async (text, says) => {
    const { exit, value } = await evaluated("json", text, null);
    expect(exit).toBe(2);
    expect(value.error?.code).toBe("METRICS_INVALID");
    expect(value.error?.message).toContain(says);
  });

  test("is not compared with rows", async () => {
    writeFileSync(join(folder, "rows.csv"), "id,y_true,y_score\n1,0,0.2\n2,1,0.7\n");
    writeFileSync(join(folder, "new.json"), '{"roc_auc": 0.9}');
    const words = ["evaluate", "--candidate", "new.json", "--baseline", "rows.csv", "--json"];
    const ended = await run(process.execPath, [bin, "-C", folder, ...words], process.env);
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: "TASK_MISMATCH" } });
  });
});
