import { basename, resolve } from "node:path";
import {
  CONFIG_NAME,
  chooseModel,
  codePatterns,
  type EvaluateInputs,
  type EvaluationReport,
  evaluate,
  evaluateFiles,
  type GivenFile,
  parseColumnNames,
  parseCosts,
  parseWithNaN,
  recordsIn,
  TrainyardError,
} from "@trainyard/core";
import { clockFrom } from "../local/clock.ts";
import { digestFile, readText } from "../local/plain-file.ts";
import { sha256 } from "../local/sha256.ts";
import type { Project } from "../project.ts";
import { openTables } from "../tables/open-tables.ts";
import { type ExitCode, verdictExit } from "./exit-code.ts";
import { portsOf } from "./ports-of.ts";

export interface Evaluated {
  readonly report: EvaluationReport;
  readonly exit: ExitCode;
}

/** What a job knows of the rules beyond the config: where they come from, and why a pass may not count. */
export interface Grounds {
  /** The rules come from a commit, whatever lies in the working folder. */
  readonly committed?: boolean;
  readonly notes?: readonly string[];
  readonly doubts?: readonly string[];
}

/** `evaluate`: judges a run of the project. */
export async function evaluateVerb(
  project: Project,
  inputs: EvaluateInputs,
  { committed = false, ...grounds }: Grounds = {},
): Promise<Evaluated> {
  const { model, config } = chooseModel(project.config, inputs.model ?? null);
  const report = await evaluate(
    {
      model,
      config,
      run: inputs.run ?? null,
      pool: inputs.pool,
      baselines: inputs.baseline.length === 0 ? null : inputs.baseline,
      code: codePatterns(config, project.config),
      rulesUncommitted: committed ? [] : await project.backend.source.uncommitted([CONFIG_NAME]),
      ...grounds,
    },
    portsOf(project),
  );
  return { report, exit: verdictExit(report.verdict, inputs["on-inconclusive"] ?? config.evaluate["on-inconclusive"]) };
}

/** A file where a model, a run or a version belongs: said before a project is looked for. @throws CANDIDATE_UNNAMED */
export function refuseFiles({ candidate, model, baseline }: EvaluateInputs): void {
  const isFile = (name: string | undefined) => name !== undefined && TABLE.test(name);
  const other = baseline.find(isFile) ?? null;
  const file = isFile(model) ? model : (other ?? undefined);
  if (candidate !== undefined || file === undefined) return;
  throw new TrainyardError("CANDIDATE_UNNAMED", { file, candidate: isFile(model) ? file : null, baseline: other });
}

/** Names no model, version or alias has. */
const TABLE = /\.(?:csv|tsv|jsonl|ndjson|json|parquet)(?:\.(?:gz|zst))?$/i;

/** `evaluate --candidate FILE --baseline FILE`: judges files of one's own; no repository, no config. @throws INPUT_MISSING, BASELINE_UNNAMED */
export async function evaluateFilesVerb(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  inputs: EvaluateInputs,
): Promise<Evaluated> {
  const { candidate } = inputs;
  if (candidate === undefined)
    throw new TrainyardError("INPUT_MISSING", { input: "--candidate", needed: "the predictions file to judge" });
  if (inputs.baseline.length === 0) throw new TrainyardError("BASELINE_UNNAMED", { candidate });
  const report = await evaluateFiles(
    {
      candidate: await given(folder, candidate),
      pool: await Promise.all(inputs.pool.map((file) => given(folder, file))),
      baselines: await Promise.all(
        inputs.baseline.filter((file) => file !== "none").map((file) => given(folder, file)),
      ),
      task: inputs.task ?? null,
      groups: inputs.groups ?? null,
      slices: inputs.slice,
      columns: parseColumnNames(inputs.column, "--column"),
      baselineColumns: parseColumnNames(inputs["baseline-column"], "--baseline-column"),
      metrics: inputs.metric,
      costs: parseCosts(inputs.cost),
      gates: null,
      alpha: 0.05,
    },
    { tables: openTables(), sha256, clock: clockFrom(environment) },
  );
  return { report, exit: verdictExit(report.verdict, inputs["on-inconclusive"] ?? "fail") };
}

/** A JSON document without rows is a metrics file. */
async function given(folder: string, path: string): Promise<GivenFile> {
  const file = resolve(folder, path);
  const { digest, size } = await digestFile(file);
  const text = path.toLowerCase().endsWith(".json") && size <= LONGEST_METRICS ? await readText(file) : null;
  const isMetrics = text !== null && text.trim() !== "" && recordsIn(parseWithNaN(text)) === null;
  return { file, name: basename(path), digest, ...(isMetrics && { metrics: text }) };
}

/** Metrics of a training are no longer; longer JSON is read as rows. */
const LONGEST_METRICS = 64 * 1024 * 1024;
