import type { Backend, Exit, RunFolder, Scratch } from "../backend.ts";
import type { Params } from "../data/params.ts";
import { type FileRef, prettyJson } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { outcome } from "./outcome.ts";
import type { Failure } from "./run-record.ts";

type Ports = Pick<Backend, "workspace" | "processes" | "store">;

/** Where a model's files come from: a run's bundle, or a registered version in the store. */
export type ModelFiles =
  | { readonly run: RunFolder; readonly files: readonly FileRef[] }
  | { readonly files: readonly FileRef[]; readonly label: string };

export interface Scoring {
  readonly step: string;
  readonly command: string;
  readonly passOn: readonly string[];
  readonly model: ModelFiles;
  /** Absolute paths of the rows to score. */
  readonly data: readonly string[];
  /** The name the predictions file is given; its extension is the format. */
  readonly predictions: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: string;
  /** Where the command runs, when that is not the project's folder, and the params it sees then. */
  readonly folder?: string;
  readonly params?: Params;
}

/**
 * Runs the user's `predict` with a model's files in a read-only folder, on given rows.
 * `use` gets the predictions file (absolute path) before the folder is removed; null when the command did not do its job.
 */
export async function score<T>(
  scoring: Scoring,
  ports: Ports,
  use: (predictions: string) => Promise<T>,
): Promise<{ exit: Exit; failure: Failure | null; result: T | null }> {
  const scratch = await ports.workspace.scratch();
  try {
    await handModel(scoring.model, scratch, ports);
    await scratch.write("rows.txt", `${scoring.data.join("\n")}\n`);
    await scratch.seal("model");
    const file = `out/${baseName(scoring.predictions)}`;
    await scratch.write("out/.folder", "");
    if (scoring.params !== undefined) await scratch.write("params.json", prettyJson(scoring.params));
    const exit = await ports.processes.run({
      step: scoring.step,
      command: scoring.command,
      passOn: scoring.passOn,
      log: scoring.log,
      ...(scoring.folder === undefined ? {} : { folder: scoring.folder }),
      environment: {
        ...scoring.environment,
        ...(scoring.params === undefined ? {} : { TRAINYARD_PARAMS: scratch.path("params.json") }),
        TRAINYARD_MODEL_DIR: scratch.path("model"),
        TRAINYARD_DATA: scratch.path("rows.txt"),
        TRAINYARD_PREDICTIONS: scratch.path(file),
      },
    });
    const written = exit.code === 0 && (await wrote(scratch, file));
    const failure = outcome({
      step: scoring.step,
      exit,
      missing: written ? [] : [`its predictions (TRAINYARD_PREDICTIONS)`],
      empty: [],
      invalidMetrics: [],
      primaryMetrics: [],
    });
    return { exit, failure, result: failure === null ? await use(scratch.path(file)) : null };
  } finally {
    await scratch.remove();
  }
}

async function handModel(model: ModelFiles, scratch: Scratch, ports: Ports): Promise<void> {
  if (model.files.length === 0)
    throw new TrainyardError("BUNDLE_INVALID", {
      path: "run" in model ? model.run.id : model.label,
      problem: "it has no model files",
    });
  await scratch.write("model/.folder", "");
  for (const file of model.files) {
    const name = `model/${file.path}`;
    if ("run" in model) {
      await checkOutput(model.run, file);
      await scratch.add(name, model.run.path(`outputs/${file.path}`));
    } else await ports.store.copyTo(file.digest, scratch.path(name), `${model.label}: ${file.path}`);
  }
}

/** What is scored must be what was trained. @throws DIGEST_MISMATCH */
async function checkOutput(run: RunFolder, file: FileRef): Promise<void> {
  const found = (await run.ref(`outputs/${file.path}`))?.digest ?? "missing";
  if (found !== file.digest)
    throw new TrainyardError("DIGEST_MISMATCH", {
      what: `${file.path} of run ${run.id}`,
      expected: file.digest,
      got: found,
    });
}

async function wrote(scratch: Scratch, file: string): Promise<boolean> {
  return (await scratch.size(file)) !== null;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
