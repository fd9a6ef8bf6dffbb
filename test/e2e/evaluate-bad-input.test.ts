import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import { run } from "./toy-project.ts";

const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures/tables/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trainyard-input-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ended = EvaluationReport & { error: { code: string; message: string; hint: string } };

/** `trainyard evaluate --candidate NAME` of a file with these bytes, in a folder that is no repository. */
async function evaluated(name: string, bytes: string | Buffer, ...more: string[]) {
  writeFileSync(join(folder, name), bytes);
  const against = more.includes("--baseline") ? [] : ["--baseline", "none"];
  const words = ["evaluate", "--candidate", name, ...against, ...more, "--json"];
  const ended = await run(process.execPath, [bin, "-C", folder, ...words], process.env);
  return { exit: ended.code, value: JSON.parse(ended.stdout) as Ended };
}

const ids = Array.from({ length: 60 }, (_, id) => id);
const score = (id: number) => ((id * 37) % 100) / 100;
/** A CSV of these rows: a header, then what each id writes. */
const csv = (header: string, of: (id: number) => string) =>
  `${header}\n${ids.map((id) => `${id},${of(id)}\n`).join("")}`;
const plain = csv("id,y_true,y_score", (id) => `${id % 2},${score(id)}`);
const jsonl = ids.map((id) => `${JSON.stringify({ id, y_true: id % 2, y_score: score(id) })}\n`).join("");

describe("the same rows are judged the same in every format", () => {
  const formats: readonly (readonly [name: string, bytes: string | Buffer])[] = [
    ["rows.csv", plain],
    ["rows.tsv", plain.replaceAll(",", "\t")],
    ["rows.jsonl", jsonl],
    ["rows.ndjson", jsonl],
    [
      "rows.json",
      JSON.stringify(
        jsonl
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as object),
      ),
    ],
    ["rows.parquet", readFileSync(join(fixtures, "predictions.parquet"))],
  ];
  const packed = formats
    .filter(([name]) => /\.(csv|tsv|jsonl)$/.test(name))
    .flatMap(([name, bytes]) => [
      [`${name}.gz`, gzipSync(bytes)] as const,
      [`${name}.zst`, zstdCompressSync(Buffer.from(bytes))] as const,
    ]);

  test.each([...formats, ...packed])("%s", async (name, bytes) => {
    const { value } = await evaluated(name, bytes);
    expect({ task: value.task, rows: value.candidate.predictions?.rows }).toEqual({ task: "binary", rows: 60 });
    expect(value.metrics.find((metric) => metric.name === "roc_auc")?.candidate.value).toBeCloseTo(
      0.5033333333333333,
      12,
    );
  });

  test("lists of labels in Parquet", async () => {
    const { value } = await evaluated("tags.parquet", readFileSync(join(fixtures, "label-lists.parquet")));
    expect({ task: value.task, rows: value.candidate.predictions?.rows }).toEqual({ task: "multilabel", rows: 60 });
    expect(value.metrics.map(({ name }) => name)).toContain("f1_macro");
  });
});

describe("what can be judged is", () => {
  test("labels that say yes and no in any mixture", async () => {
    const words = ["no", "yes", "0", "1", "false", "True"];
    const { value } = await evaluated(
      "mixed.csv",
      csv("id,y_true,y_score", (id) => `${words[id % 6]},${score(id)}`),
    );
    expect(value.task).toBe("binary");
    expect(value.metrics.find(({ name }) => name === "roc_auc")?.candidate.value).toBeCloseTo(0.5033333333333333, 12);
  });

  test("a hundred classes", async () => {
    const rows = Array.from(
      { length: 1_000 },
      (_, id) => `${id},c${id % 100},c${(id + (id % 3 === 0 ? 1 : 0)) % 100}\n`,
    );
    const { value } = await evaluated("classes.csv", `id,y_true,y_pred\n${rows.join("")}`);
    expect(value.task).toBe("multiclass");
    expect(value.metrics.find(({ name }) => name === "accuracy")?.candidate.value).toBeCloseTo(0.666, 9);
  });

  test("one row of each outcome: intervals decide nothing", async () => {
    const { exit, value } = await evaluated(
      "two.csv",
      "id,y_true,y_score\n1,0,0.2\n2,1,0.7\n",
      "--baseline",
      "two.csv",
    );
    expect({ exit, verdict: value.verdict }).toEqual({ exit: 3, verdict: "inconclusive" });
    expect(value.notes.join(" ")).toContain("Only 1 rows of the rarest class");
  });

  test("columns called constructor, __proto__ and toString, as slices and as groups", async () => {
    const file = csv(
      "id,y_true,y_score,constructor,__proto__,toString",
      (id) => `${id % 2},${score(id)},a,b${id % 12},c`,
    );
    const { value } = await evaluated(
      "odd.csv",
      file,
      "--slice",
      "constructor",
      "--slice",
      "toString",
      "--groups",
      "__proto__",
    );
    expect(value.method).toMatchObject({ groups: "__proto__", clusters: 12 });
    expect(value.slices.map(({ column }) => column)).toEqual(["constructor", "toString"]);
  });

  test("labels of 5,000 hostile characters, which every report shows short and as text", async () => {
    const trouble = `<script>alert(1)</script> @octocat [x](javascript:y) \u202e${"x".repeat(5_000)}`;
    const rows = ids.map((id) =>
      JSON.stringify({ id, y_true: id % 2 ? trouble : "b", y_pred: id % 3 ? trouble : "b", kind: trouble }),
    );
    const reports = ["out.md", "out.html", "out.xml", "out.svg"].flatMap((name) => ["--report", name]);
    const { value } = await evaluated(
      "labels.jsonl",
      rows.join("\n"),
      "--task",
      "multiclass",
      "--slice",
      "kind",
      ...reports,
    );
    expect(value.metrics.length).toBeGreaterThan(0);
    for (const name of ["out.md", "out.html", "out.xml", "out.svg"]) {
      const text = readFileSync(join(folder, name), "utf8");
      expect(text, name).not.toMatch(/<script>alert|\u202e|x{1000}/);
      if (name.endsWith(".md")) expect(text).not.toMatch(/@octocat\b|\[x\]\(java/);
    }
  });
});

describe("what cannot be judged is refused, in a sentence", () => {
  const bad: readonly (readonly [what: string, name: string, text: string, code: string, says: string])[] = [
    [
      "logits",
      "a.csv",
      csv("id,y_true,y_score", (id) => `${id % 2},${id - 30}`),
      "SCORE_RANGE",
      "logits: apply a sigmoid",
    ],
    ["percentages", "a.csv", csv("id,y_true,y_score", (id) => `${id % 2},${id}`), "SCORE_RANGE", "divide them by 100"],
    ["one row", "a.csv", "id,y_true,y_score\n1,1,0.7\n", "ONE_CLASS", "at least two classes"],
    ["an empty file", "a.csv", "", "TABLE_EMPTY", "no rows"],
    ["an empty JSONL file", "a.jsonl", "\n", "TABLE_EMPTY", "no rows"],
    ["an empty JSON file", "a.json", "", "TABLE_EMPTY", "no rows"],
    ["only a header", "a.csv", "id,y_true,y_score\n", "TABLE_EMPTY", "no rows"],
    [
      "a NaN score",
      "a.jsonl",
      '{"id": 1, "y_true": 1, "y_score": NaN}\n{"id": 2, "y_true": 0, "y_score": 0.1}\n',
      "VALUE_NOT_FINITE",
      "y_score is missing, NaN or infinite in row 1",
    ],
    ["an infinite score", "a.csv", "id,y_true,y_score\n1,1,inf\n2,0,0.1\n", "VALUE_NOT_FINITE", "row 1 (1 such row)"],
    ["a label that is missing", "a.csv", "id,y_true,y_score\n1,1,0.4\n2,,0.1\n3,0,0.2\n", "VALUE_NOT_FINITE", "y_true"],
    [
      "an id that stands twice",
      "a.csv",
      "id,y_true,y_score\n7,1,0.4\n7,0,0.1\n",
      "ID_DUPLICATE",
      'id "7" stands in more than one row',
    ],
    [
      "labels nobody can order",
      "a.csv",
      "id,y_true,y_score\n1,cat,0.4\n2,dog,0.1\n",
      "POSITIVE_UNKNOWN",
      "which of them is the positive outcome",
    ],
    ["a score that is text", "a.csv", "id,y_true,y_score\n1,1,high\n2,0,low\n", "COLUMN_TYPE", 'text like "high"'],
    [
      "probabilities that add up to two",
      "a.csv",
      "id,y_true,y_score.a,y_score.b,y_score.c\n1,a,1,1,0\n2,b,0,1,0\n",
      "TASK_MISMATCH",
      "add up to 2",
    ],
    ["a table of a format nobody knows", "a.xlsx", "x", "TABLE_FORMAT", "no known table format"],
  ];
  test.each(bad)("%s", async (_what, name, text, code, says) => {
    const { exit, value } = await evaluated(name, text);
    expect({ exit, code: value.error.code }).toEqual({ exit: 2, code });
    expect(`${value.error.message} ${value.error.hint}`).toContain(says);
  });

  test.each([
    ["a label", csv("id,y_true,y_score", (id) => `${id % 2 ? "\u001b[2J\u202eyes" : "no"},${score(id)}`)],
    ["an id", csv("id,y_true,y_score", (id) => `${id % 2},${score(id)}`).replace("2,0", "0,1")],
    ["a column", csv("id,y_true,y_score\u001b]0;title\u0007", (id) => `${id % 2},${score(id)}`)],
  ])("%s that would act on a terminal is shown there as text, as its file is", async (_what, bytes) => {
    const name = "rows\u001b[31m\u2066.csv";
    writeFileSync(join(folder, name), bytes);
    const words = ["evaluate", "--candidate", name, "--baseline", "none", "--slice", "y_score\u001b[2J"];
    const ended = await run(process.execPath, [bin, "-C", folder, ...words], process.env);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^error [A-Z_]+\n {2}rows\.csv/);
    expect(ended.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e\u2066]/u);
  });

  test("a file that is not there, and a folder in its place", async () => {
    const ended = await run(
      process.execPath,
      [bin, "-C", folder, "evaluate", "--candidate", "none.csv", "--baseline", "none", "--json"],
      process.env,
    );
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: "FILE_NOT_FOUND" } });
    const { value } = await evaluated("b.csv", plain, "--baseline", ".");
    expect(value.error.code).toBe("FILE_UNREADABLE");
  });
});
