import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./toy-project.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "trainyard-quickstart-"));
const workspace = join(home, "flight-delays");
let story = { code: -1, text: "" };

/** The whole story, once: real flights, trainings, server. Minutes, most of them scikit-learn's. */
beforeAll(async () => {
  story = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=trainyard-source", "scripts/quickstart.ts", "--dir", home], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, text }));
  });
}, 1_500_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** `trainyard … --json` in the story's workspace. */
async function json<T>(...words: string[]): Promise<T> {
  const bin = join(root, "packages/cli/bin/trainyard.mjs");
  const ended = await run(process.execPath, [bin, "-C", workspace, ...words, "--json"], process.env);
  return JSON.parse(ended.stdout) as T;
}

test("it ends well, with the paths of the workspace and of the report as its last lines", () => {
  expect(story.code, story.text.slice(-3000)).toBe(0);
  expect(story.text.trimEnd().split("\n").slice(-2)).toEqual([
    `workspace: ${workspace}`,
    `report: ${join(workspace, "report.html")}`,
  ]);
});

test("its verdicts are those an independent study of the same flights came to", async () => {
  const events =
    await json<
      {
        type: string;
        verdict?: string;
        version?: number;
        retrain?: boolean;
        at: string;
        outcome?: string;
        environment?: string;
      }[]
    >("history");
  const judged = events.filter((event) => event.type === "evaluation.recorded").map((event) => event.verdict);
  // January alone passes its standard; January + February on March cannot be told apart; February on May is worse; of the two retrained, one each way.
  expect(judged.slice(0, 3)).toEqual(["pass", "inconclusive", "fail"]);
  expect(judged.slice(3).sort()).toEqual(["fail", "pass"]);
  const drift = events.filter((event) => event.type === "drift.detected");
  expect(drift[0]).toMatchObject({ verdict: "data-broken", retrain: false });
  expect(drift.find((event) => event.retrain)?.at.slice(0, 7)).toBe("2001-05");
  expect(
    events
      .filter((event) => event.type === "deploy.recorded" && event.environment === "production")
      .map((event) => event.version),
  ).toEqual([1, 2]);
});

test("the winner knows everything so far, and ignoring days would have claimed a better March", () => {
  expect(story.text).toMatch(/Treating the rows as independent would have claimed/);
  expect(story.text).toMatch(/flight-delays v2 .*live/);
});

test("what it leaves can be verified byte by byte", async () => {
  const { findings, versions } = await json<{ findings: unknown[]; versions: number }>("verify");
  expect({ findings, versions }).toEqual({ findings: [], versions: 2 });
});

test("the report is one self-contained page under 1 MB", () => {
  const file = join(workspace, "report.html");
  expect(statSync(file).size).toBeLessThan(1_000_000);
  const html = readFileSync(file, "utf8");
  expect(html).not.toMatch(/<script|<link[^>]+href="http|src="http/);
  for (const heading of ["A first model", "A healthy week", "kilometres", "Spring", "Keep in mind"])
    expect(html).toContain(heading);
});
