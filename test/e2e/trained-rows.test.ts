import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EvaluationReport, type RunRecord } from "@trainyard/core";
import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

const MINUTES = 4 * 60_000;

/** Lines of the toy's training rows under other numbers, which two files share anyway. */
function trainedRows(project: ToyProject, share: number): string[] {
  const lines = readFileSync(join(project.root, "data/train.csv"), "utf8").trim().split("\n").slice(1);
  return lines.slice(0, share * lines.length).map((line) => `9${line}`);
}
const overlapCheck = ({ checks }: EvaluationReport) => checks.find(({ id }) => id === "train-test-overlap");

test(
  "evaluation rows that were trained on fail the verdict, with the number of them; rows scored later are held against the same training",
  async () => {
    using project = new ToyProject();
    const fresh = readFileSync(join(project.root, "data/evaluate.csv"), "utf8");
    project.write("data/mixed.csv", `${fresh}${trainedRows(project, 0.25).join("\n")}\n`);
    const { value: record } = await project.json<RunRecord>("train");
    expect(record.overlap).toEqual({ rows: 3, of: 2400, sampled: false, byChance: 3 / 2400, columns: 4 }); // 4 digits of x
    const report = EvaluationReport.parse((await project.json("evaluate")).value);
    expect(overlapCheck(report)).toBeUndefined();
    expect(report.notes.join()).not.toContain("training row");

    const { value: again } = await project.json<RunRecord>(
      "train",
      "--only",
      "predict",
      "--evaluate-data",
      "data/mixed.csv",
    );
    expect(again.overlap).toMatchObject({ rows: 603, of: 3000, sampled: false });
    const failed = await project.json("evaluate");
    expect(failed.code).toBe(1);
    expect(overlapCheck(EvaluationReport.parse(failed.value))).toMatchObject({
      status: "fail",
      actual: 603,
      limit: 45,
    });
    const { stdout } = await project.trainyard("evaluate");
    expect(stdout).toContain("603 of 3,000 evaluation rows (20 %) equal a training row, up to 0.13 % would by chance");
  },
  MINUTES,
);

test(
  "training and evaluation on one file fails, and so does a copy of it in another format",
  async () => {
    using project = new ToyProject();
    await project.trainyard("train", "--evaluate-data", "data/train.csv");
    const same = EvaluationReport.parse((await project.json("evaluate")).value);
    expect(overlapCheck(same)?.reason).toContain("data/train.csv is training data too");

    const [head = "", ...lines] = readFileSync(join(project.root, "data/train.csv"), "utf8").trim().split("\n");
    const names = head.split(",");
    const asJson = lines.map((line) =>
      JSON.stringify(
        Object.fromEntries(line.split(",").map((cell, at) => [names[at], at === 1 || at === 2 ? cell : Number(cell)])),
      ),
    );
    project.write("data/copy.jsonl", `${asJson.join("\n")}\n`);
    project.write(
      "predict.mjs",
      'import { writeFileSync } from "node:fs"; writeFileSync(process.env.TRAINYARD_PREDICTIONS, "id,day,kind,y_true,y_score\\n1,a,b,1,0.5\\n2,a,b,0,0.4\\n");',
    );
    project.commit("Score nothing much");
    const { value: record } = await project.json<RunRecord>("train", "--evaluate-data", "data/copy.jsonl");
    expect(record.overlap).toMatchObject({ rows: 2400, of: 2400 });
  },
  MINUTES,
);
