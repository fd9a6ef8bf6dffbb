import { existsSync } from "node:fs";
import { glob } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  byCodePoint,
  chooseModel,
  combineTables,
  type DriftInputs,
  type DriftReport,
  driftCheck,
  driftFiles,
  type HandedScores,
  Profile,
  parseDocument,
  type Table,
  type Tables,
  TrainyardError,
  timestamp,
} from "@trainyard/core";
import { clockFrom } from "../local/clock.ts";
import { digestFile, readText } from "../local/plain-file.ts";
import type { Project } from "../project.ts";
import { openTables } from "../tables/open-tables.ts";
import { driftExit, type ExitCode, trainExit } from "./exit-code.ts";
import { portsOf } from "./ports-of.ts";
import { retrainVerb, type Trained } from "./train.ts";

export interface DriftChecked {
  readonly report: DriftReport;
  /** The registry event that records it; null for a quiet check. */
  readonly event: number | null;
  /** Trainings it started, where drift leads to retraining. */
  readonly retrained: readonly Trained[];
  readonly exit: ExitCode;
}

/**
 * `drift-check`: looks at today's data with what production expects. Runs no user code; what it asks for is `retrain`'s to do.
 * @param scores Of the current rows, made by a job before this one.
 */
export async function driftVerb(
  project: Project,
  inputs: DriftInputs,
  scores: HandedScores | null = null,
): Promise<DriftChecked> {
  const { model, config } = chooseModel(project.config, inputs.model ?? null);
  const settings = {
    model,
    config,
    environment: inputs.environment,
    current: inputs.current,
    onDrift: inputs["on-drift"] ?? null,
    scores,
  };
  const { report, event } = await driftCheck(settings, portsOf(project));
  return { report, event, retrained: [], exit: driftExit(report, inputs["fail-on"]) };
}

/** On a laptop the retraining a report asks for starts at once; on GitHub another job does it. */
export async function driftAndRetrainVerb(project: Project, inputs: DriftInputs): Promise<DriftChecked> {
  const checked = await driftVerb(project, inputs);
  if (checked.report.action === "issue")
    project.backend.progress.note("no issue was opened: that is for a workflow on GitHub to do");
  if (checked.report.action !== "retrain") return checked;
  project.backend.progress.note(checked.report.summary);
  const retrained = await retrainVerb(project, checked.report.model, checked.report, checked.event);
  return {
    ...checked,
    retrained,
    exit: worst([checked.exit, ...retrained.map((one) => trainExit(one.record, one.resumable))]),
  };
}

/** How a check ends that trained: interrupted counts most, then failed; what the check itself said is kept when all trainings succeeded. */
function worst(exits: readonly ExitCode[]): ExitCode {
  return ([75, 130, 1] as const).find((exit) => exits.includes(exit)) ?? exits[0] ?? 0;
}

/** `drift-check --reference FILE --current FILE`: compares files of one's own; no repository, no config. */
export async function driftFilesVerb(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  inputs: DriftInputs,
): Promise<DriftChecked> {
  const { reference, current } = inputs;
  if (reference === undefined)
    throw new TrainyardError("INPUT_MISSING", { input: "--reference", needed: "the table or profile to compare with" });
  if (current.length === 0)
    throw new TrainyardError("INPUT_MISSING", { input: "--current", needed: "the table to look at" });
  const tables = openTables();
  const clock = clockFrom(environment);
  const paths = await named(folder, current);
  const files = await Promise.all(
    paths.map(async (path) => ({
      ref: { path, digest: (await digestFile(resolve(folder, path))).digest },
      rows: await tables.read(resolve(folder, path), path),
    })),
  );
  const report = driftFiles({
    reference: {
      source: basename(reference),
      rows: await referenceRows(resolve(folder, reference), reference, tables),
    },
    current: { files: files.map((file) => file.ref), rows: combineTables(files.map((file) => file.rows)) },
    at: timestamp(clock.now()),
    simulatedClock: clock.simulated,
  });
  return { report, event: null, retrained: [], exit: driftExit(report, inputs["fail-on"]) };
}

/** The files of paths and globs, each once; what is literally there goes before reading a name as a glob. @throws FILE_NOT_FOUND */
async function named(folder: string, patterns: readonly string[]): Promise<string[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const found: string[] = [];
    if (!/[*?[{]/.test(pattern) || existsSync(resolve(folder, pattern))) found.push(pattern);
    else for await (const path of glob(pattern, { cwd: folder })) found.push(path);
    if (found.length === 0) throw new TrainyardError("FILE_NOT_FOUND", { path: pattern, what: "The current table" });
    for (const path of found.sort(byCodePoint)) paths.add(path);
  }
  return [...paths];
}

/** A profile that `trainyard profile` wrote, or a table. */
async function referenceRows(file: string, name: string, tables: Tables): Promise<Table | Profile> {
  if (!name.endsWith(".json")) return tables.read(file, name);
  const text = await readText(file);
  if (text === null) throw new TrainyardError("FILE_NOT_FOUND", { path: name, what: "The reference" });
  return parseDocument(Profile, text, name);
}
