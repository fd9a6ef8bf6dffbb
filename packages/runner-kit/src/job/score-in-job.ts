import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scoreCurrentVerb } from "@trainyard/backends/verbs/score-current";
import { prettyJson, type TrainInputs, TrainyardError, visibleText } from "@trainyard/core";
import { handScoresOn } from "../bundle/handed-scores.ts";
import { SCORES_FILE } from "../bundle/scores-file.ts";
import type { Job } from "../step/action.ts";

/** What became of a scoring of current rows. */
export interface ScoredInJob {
  readonly model: string;
  readonly status: "succeeded" | "failed" | "interrupted";
  /** Output `scores`: JSON; empty where nothing was handed on. */
  readonly scores: string;
  readonly text: string;
  readonly exit: number;
}

/** Inputs that mean a training, or a run to score again. */
const OTHERS = ["set", "data", "evaluate-data", "run", "bundle", "reuse", "drift-event"] as const;

/**
 * Scores what production sees now with the version that is live, in a job that can only read, and hands the scores on to the drift check after it.
 * @throws INPUT_INVALID, NOT_SUPPORTED without a token: then there is nobody to hand them to
 */
export async function scoreInJob(inputs: TrainInputs, job: Job): Promise<ScoredInJob> {
  const { environment } = inputs;
  if (environment === undefined) throw refused("environment", "one that is deployed to", "missing");
  const other = OTHERS.find(
    (name) => inputs[name] !== undefined && inputs[name] !== false && String(inputs[name]) !== "",
  );
  if (other !== undefined) throw refused(other, "left out with environment", "both");
  const github = await job.github();
  if (github === null)
    throw new TrainyardError("NOT_SUPPORTED", { what: "Handing scores on to a drift check", where: "without a token" });
  github.handOver.refuseUnavailable();
  const project = await job.project();
  const folder = await mkdtemp(join(job.temp || tmpdir(), "trainyard-scores-"));
  try {
    const scored = await scoreCurrentVerb(project, { model: inputs.model, environment }, folder);
    const { model } = scored;
    if ("nothing" in scored)
      return { model, status: "succeeded", scores: "", text: `Nothing to score: ${scored.nothing}`, exit: 0 };
    if ("failure" in scored) {
      const status = scored.failure.class === "cancelled" ? "interrupted" : "failed";
      const tail = scored.failure.logTail.slice(-5);
      const text = [`${model}: ${scored.failure.message}`, ...tail].map((line) => visibleText(line, 500)).join("\n");
      return { model, status, scores: "", text, exit: status === "failed" ? 1 : 130 };
    }
    const { scores } = scored;
    await writeFile(join(folder, SCORES_FILE), prettyJson(scores));
    const handed = JSON.stringify(await handScoresOn(scores, folder, github.handOver));
    const text = `${scores.rows.toLocaleString("en-US")} current rows of ${model} were scored with v${scores.version}.`;
    return { model, status: "succeeded", scores: handed, text, exit: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const refused = (input: string, expected: string, got: string) =>
  new TrainyardError("INPUT_INVALID", { input, expected, got });
