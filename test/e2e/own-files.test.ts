import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { rows, run, ToyProject } from "./toy-project.ts";

const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trainyard-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `trainyard` in a folder that is no repository and has no config. */
const trainyard = (...words: string[]) => run(process.execPath, [bin, "-C", folder, ...words], process.env);

/** Scores of a model whose slope is `slope`, for rows whose truth has slope 2. */
function scored(slope: number): string {
  const [, ...lines] = rows({ days: 40, perDay: 50, seed: 5 }).trim().split("\n");
  const scores = lines.map((line) => {
    const [id, day, kind, x, y] = line.split(",");
    return [id, day, kind, (1 / (1 + Math.exp(-slope * Number(x)))).toFixed(6), y].join(",");
  });
  return `${["id,day,kind,y_score,y_true", ...scores].join("\n")}\n`;
}

describe("two files of predictions, no project", () => {
  writeFileSync(join(folder, "new.csv"), scored(2));
  writeFileSync(join(folder, "old.csv"), scored(0.6));

  test("are judged by row id, with intervals by group, and the pictures are one file", async () => {
    const words = [
      "evaluate",
      "--candidate",
      "new.csv",
      "--baseline",
      "old.csv",
      "--groups",
      "day",
      "--report",
      "out.html",
      "--report",
      "out.md",
    ];
    const ended = await trainyard(...words, "--json");
    const report = JSON.parse(ended.stdout) as {
      verdict: string;
      task: string;
      pairing: { mode: string; rows: number };
      method: { clusters: number };
    };
    expect({ exit: ended.code, verdict: report.verdict, task: report.task }).toEqual({
      exit: 0,
      verdict: "pass",
      task: "binary",
    });
    expect(report.pairing).toMatchObject({ mode: "paired", rows: 2000 });
    expect(report.method.clusters).toBe(40);
    expect(readFileSync(join(folder, "out.html"), "utf8")).toContain("<svg");
    expect(readFileSync(join(folder, "out.md"), "utf8")).toContain("| gate |");
  });

  test("the worse one as candidate fails with exit 1, and people read a sentence", async () => {
    const ended = await trainyard("evaluate", "--candidate", "old.csv", "--baseline", "new.csv", "--groups", "day");
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/worse than new\.csv/);
  });

  test("in the places of a model and a version are told where files go", async () => {
    const words: readonly (readonly [string[], string])[] = [
      [["new.csv", "--baseline", "old.csv"], "CANDIDATE_UNNAMED\n.*\n.*--candidate new.csv --baseline old.csv"],
      [["--baseline", "old.csv"], "CANDIDATE_UNNAMED\n.*\n.*--candidate FILE --baseline old.csv"],
      [["--candidate", "new.csv", "old.csv"], "MODEL does nothing with --candidate.\n.*goes after --baseline"],
      [["--candidate", "new.csv", "--report", "out.pdf"], '.html, .md, .json, .xml or .svg, but is "out.pdf"'],
    ];
    for (const [given, says] of words) {
      const { code, stderr } = await trainyard("evaluate", ...given);
      expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
    }
  });

  test("one alone is not green: a forgotten baseline is refused, and with none its figures are no verdict", async () => {
    const forgotten = await trainyard("evaluate", "--candidate", "new.csv");
    expect(forgotten.code).toBe(2);
    expect(forgotten.stderr).toMatch(/BASELINE_UNNAMED\n.*\n.*--baseline FILE.*--baseline none/);
    const words = ["evaluate", "--candidate", "new.csv", "--baseline", "none"];
    const alone = await trainyard(...words);
    expect([alone.code, alone.stdout]).toEqual([3, expect.stringContaining("figures alone, no verdict")]);
    expect(alone.stdout).not.toContain("not worse than none");
    expect((await trainyard(...words, "--on-inconclusive", "warn")).code).toBe(0);
  });
});

describe("two tables, no project", () => {
  const rowsOf = (seed: number, scale = 1) => rows({ days: 30, perDay: 80, seed, labels: false, scale });
  writeFileSync(join(folder, "jan.csv"), rowsOf(1));
  writeFileSync(join(folder, "feb.csv"), rowsOf(2));
  writeFileSync(join(folder, "moved.csv"), rowsOf(2, 1.6));

  test("of one source are quiet, and a profile stands in for its table", async () => {
    const direct = await trainyard("drift-check", "--reference", "jan.csv", "--current", "feb.csv", "--json");
    expect(JSON.parse(direct.stdout)).toMatchObject({ verdict: "quiet" });
    const profile = await trainyard("profile", "jan.csv");
    writeFileSync(join(folder, "jan.profile.json"), profile.stdout);
    const through = await trainyard("drift-check", "--reference", "jan.profile.json", "--current", "feb.csv", "--json");
    const columns = (text: string) =>
      (JSON.parse(text) as { columns: { name: string; effect: number }[] }).columns.map(({ name, effect }) => [
        name,
        effect,
      ]);
    expect(columns(through.stdout)).toEqual(columns(direct.stdout));
  });

  test("can be named by a pattern, and a pattern that names nothing is refused", async () => {
    const check = ["drift-check", "--reference", "jan.csv", "--json", "--current"];
    const globbed = JSON.parse((await trainyard(...check, "f?b*.csv")).stdout) as { current: { files: object[] } };
    expect(globbed.current.files).toMatchObject([{ path: "feb.csv" }]);
    const nothing = await trainyard(...check, "march*.csv");
    expect(nothing.code).toBe(2);
    expect(JSON.parse(nothing.stdout)).toMatchObject({
      error: { code: "FILE_NOT_FOUND", details: { path: "march*.csv" } },
    });
  });

  test("are not profiled by a column that is not there", async () => {
    for (const flag of ["--groups", "--id"]) {
      const refused = await trainyard("profile", "jan.csv", flag, "dya");
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/COLUMN_MISSING[\s\S]*"dya"\. Did you mean "day"/);
    }
  });

  test("of which one moved are not quiet", async () => {
    const ended = await trainyard("drift-check", "--reference", "jan.csv", "--current", "moved.csv", "--json");
    expect((JSON.parse(ended.stdout) as { verdict: string }).verdict).not.toBe("quiet");
  });

  test("a missing file is a refusal that names it", async () => {
    const ended = await trainyard("drift-check", "--reference", "jan.csv", "--current", "mar.csv");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("mar.csv");
  });
});

describe("init", () => {
  test("writes a config that trains as it is, and overwrites nothing", async () => {
    using project = new ToyProject({ commit: false });
    rmSync(join(project.root, "trainyard.yaml"));
    project.write(".gitignore", ".home/\ndata/\nmodel.json\n/serving");
    project.write(
      "train.mjs",
      `import { writeFileSync } from "node:fs"; writeFileSync("model.json", "{}"); writeFileSync("metrics.json", '{"roc_auc": 0.7}');`,
    );
    const made = await project.json<{ files: string[] }>(
      "init",
      "toy",
      "--run",
      "node train.mjs",
      "--output",
      "model.json",
    );
    expect(made).toMatchObject({
      code: 0,
      value: { files: ["trainyard.yaml", "trainyard.schema.json", ".gitignore"] },
    });
    project.commit("with a config");
    for (const _again of ["first", "second"]) {
      const { value } = await project.json<{ status: string; code: { uncommitted: string[] } }>("train");
      expect(value).toMatchObject({ status: "succeeded", code: { uncommitted: [] } });
    }
    expect(project.git("status", "--porcelain")).toBe("");
    const again = await project.json<{ error: { code: string } }>("init", "toy");
    expect({ exit: again.code, code: again.value.error.code }).toEqual({ exit: 2, code: "FILE_EXISTS" });
    const published = fileURLToPath(new URL("../../packages/core/schema/trainyard.schema.json", import.meta.url));
    expect(readFileSync(join(project.root, "trainyard.schema.json"), "utf8")).toBe(readFileSync(published, "utf8"));
    expect(readFileSync(join(project.root, ".gitignore"), "utf8")).toBe(
      ".home/\ndata/\nmodel.json\n/serving\n\n# what trainings write\n/predictions.csv\n/metrics.json\n",
    );
  });
});
