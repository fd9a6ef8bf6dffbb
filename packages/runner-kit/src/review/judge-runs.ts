import type { Project } from "@trainyard/backends";
import type { Occasion } from "@trainyard/backends/github/runs/pull-request";
import {
  type EvaluateInputs,
  type EvaluationReport,
  instant,
  isRefusal,
  type ReviewDocument,
  type RunRecord,
  type TrainyardError,
} from "@trainyard/core";
import type { Half } from "../bundle/hand-over.ts";
import { type Received, receive } from "../bundle/receive.ts";
import type { GithubJob } from "../step/github-job.ts";
import type { HandedRun } from "./handed-on-runs.ts";
import { configOf, configPath, judgedBy, otherRows, type Rules } from "./judging-rules.ts";
import { refuseForeign, type WorkflowRun } from "./run-identity.ts";

/** What a run is judged in: whose run, for which commit, by which rules. */
export interface Setting {
  readonly project: Project;
  readonly job: GithubJob;
  readonly occasion: Occasion;
  /** The workflow run that trained. */
  readonly run: WorkflowRun;
  readonly workspace: string;
  readonly temp: string | undefined;
  /** The moment a verdict speaks of is worked out from what is judged, not asked of a clock: judging again says the same, word for word. */
  readonly repeatable?: boolean;
}

export interface Judged {
  readonly model: string;
  readonly document: ReviewDocument;
  readonly rules: Rules | null;
  readonly exit: number;
  readonly report: EvaluationReport | null;
  /** Its bundle here, once it was brought and checked. */
  readonly received: Received | null;
  readonly refusal: TrainyardError | null;
}

const FORK = "Only the fork's own job scored these rows, so a pass counts as inconclusive.";

/** Judges runs that jobs before this one handed on, each on its own: one that is refused does not keep the others from being told of. */
export async function judgeRuns(
  runs: readonly HandedRun[],
  inputs: EvaluateInputs,
  halves: readonly Half[],
  setting: Setting,
): Promise<Judged[]> {
  const rulesFor = await baseRules(setting);
  const judged: Judged[] = [];
  for (const handed of runs) judged.push(await judgeOne(handed, inputs, halves, rulesFor, setting));
  return judged;
}

/** By the branch that is merged into, where there is one; elsewhere what is checked out is that branch. */
async function baseRules({ project, job, occasion, workspace }: Setting): Promise<(model: string) => Rules> {
  const { base, pullRequest } = occasion;
  const asks = pullRequest !== null || job.event.name === "merge_group" || job.event.name === "workflow_run";
  if (base === null || !asks) return () => ({ config: project.config, from: null, notes: [], doubts: [] });
  const config = await configOf(job, base, configPath(workspace, project.root));
  return (model) => judgedBy(project, model, config, base);
}

async function judgeOne(
  handed: HandedRun,
  inputs: EvaluateInputs,
  halves: readonly Half[],
  rulesFor: (model: string) => Rules,
  setting: Setting,
): Promise<Judged> {
  const { model } = handed;
  let received: Received | null = null;
  try {
    received = await receive(handed, halves, {
      project: setting.project,
      handOver: setting.job.handOver,
      temp: setting.temp,
    });
    const { record } = received;
    refuseForeign(record, setting.run, setting.run.foreign ? null : setting.job.event.sha);
    if (record.status !== "succeeded") return broken(record, received);
    const rules = rulesFor(model);
    const { evaluateVerb } = await import("@trainyard/backends/verbs/evaluate");
    const { report, exit } = await evaluateVerb(
      { ...(setting.repeatable ? asOf(setting, record) : setting.project), config: rules.config },
      { ...inputs, model, run: received.folder },
      {
        committed: rules.from !== null,
        notes: rules.notes,
        doubts: [
          ...rules.doubts,
          ...(setting.run.foreign ? [FORK] : []),
          ...otherRows(record, rules.config.models[model]?.evaluate.data),
        ],
      },
    );
    return { model, document: report, rules, exit, report, received, refusal: null };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refused(model, error, received);
  }
}

/** The project at the moment its run was there and the workflow run had begun. */
function asOf({ project, run }: Setting, { endedAt }: RunRecord): Project {
  const moment = Math.max(run.createdAt, instant(endedAt) ?? 0);
  const { backend } = project;
  return { ...project, backend: { ...backend, clock: { ...backend.clock, now: () => moment } } };
}

function broken(record: RunRecord, received: Received): Judged {
  const { model } = record;
  return { model, document: record, rules: null, exit: 1, report: null, received, refusal: null };
}

/** A model that could not be judged is told of, and fails. */
export function refused(model: string, refusal: TrainyardError, received: Received | null = null): Judged {
  const { code, message, hint } = refusal;
  const document = { kind: "refused", model, code, message, hint } as const;
  return { model, document, rules: null, exit: 2, report: null, received, refusal };
}
