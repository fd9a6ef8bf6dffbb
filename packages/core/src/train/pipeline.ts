import type { Backend, Exit } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import { canonicalJson, type FileRef, parseDocument, type Sha256 } from "../document.ts";
import { timestamp } from "../time.ts";
import { outcome } from "./outcome.ts";
import { treeDigest } from "./run-inputs.ts";
import { type Failure, RunRecord, type StepRecord } from "./run-record.ts";

type Ports = Pick<Backend, "workspace" | "processes" | "runs" | "sha256" | "clock" | "progress">;

/**
 * Runs the steps before the training, in their order. A step whose command and whose inputs' content are those of an earlier run,
 * and whose outputs lie there unchanged, is not run again.
 */
export async function runSteps(
  model: string,
  config: ModelConfig,
  run: { log: string; environment: Readonly<Record<string, string>> },
  ports: Ports,
): Promise<{ steps: StepRecord[]; failure: Failure | null }> {
  const steps: StepRecord[] = [];
  const earlier = config.train.steps.length === 0 ? [] : await earlierSteps(model, ports);
  for (const step of config.train.steps) {
    const began = ports.clock.seconds();
    const startedAt = timestamp(ports.clock.now());
    const inputsDigest = ports.sha256(
      canonicalJson({
        command: step.run,
        outputs: step.outputs,
        inputs: treeDigest(await ports.workspace.files(step.inputs), ports.sha256),
      }),
    );
    const base = { name: step.name, command: step.run, inputsDigest, startedAt };
    const reused = await reusable(step.outputs, inputsDigest, earlier, ports);
    if (reused !== null) {
      const seconds = ports.clock.seconds() - began;
      steps.push({ ...base, status: "reused", reusedFrom: reused.run, outputs: reused.step.outputs, seconds });
      ports.progress.done(step.name, `reused from run ${reused.run}`, { seconds });
      continue;
    }
    const { exit, outputs, failure } = await runStep(step, config.train.env, run, ports);
    const left = {
      digest: treeDigest(outputs, ports.sha256),
      files: outputs.length,
      size: outputs.reduce((sum, file) => sum + file.size, 0),
    };
    steps.push({
      ...base,
      status: failure === null ? "done" : failure.class === "cancelled" ? "interrupted" : "failed",
      reusedFrom: null,
      outputs: failure === null ? left : null,
      seconds: exit.seconds,
    });
    if (failure !== null) return { steps, failure };
    ports.progress.done(step.name, step.run, { seconds: exit.seconds });
  }
  return { steps, failure: null };
}

type Step = ModelConfig["train"]["steps"][number];

/** Runs one step with its earlier outputs moved away, so that stale ones never count; they come back when it fails. */
async function runStep(
  step: Step,
  passOn: readonly string[],
  { log, environment }: { log: string; environment: Readonly<Record<string, string>> },
  ports: Ports,
): Promise<{ exit: Exit; outputs: FileRef[]; failure: Failure | null }> {
  const aside = await ports.workspace.setAside(step.outputs);
  let kept = false;
  try {
    const exit = await ports.processes.run({ step: step.name, command: step.run, environment, passOn, log });
    const outputs = exit.code === 0 ? await ports.workspace.files(step.outputs) : [];
    const missing = exit.code === 0 ? await absent(step.outputs, ports) : [];
    const failure = outcome({ step: step.name, exit, missing, empty: [], invalidMetrics: [], primaryMetrics: [] });
    kept = failure === null;
    return { exit, outputs, failure };
  } finally {
    await (kept ? aside.discard() : aside.restore());
  }
}

/** Declared outputs that match no file. */
async function absent(patterns: readonly string[], ports: Pick<Backend, "workspace">): Promise<string[]> {
  const found = await Promise.all(
    patterns.map(async (pattern) => ({ pattern, files: await ports.workspace.files([pattern]) })),
  );
  return found.filter(({ files }) => files.length === 0).map(({ pattern }) => pattern);
}

interface EarlierStep {
  readonly run: string;
  readonly step: StepRecord;
}

/** Steps of the newest runs: enough to find the last time a step really ran. */
async function earlierSteps(model: string, ports: Pick<Backend, "runs">): Promise<EarlierStep[]> {
  const found: EarlierStep[] = [];
  for (const id of (await ports.runs.list(model)).slice(0, 20)) {
    const text = await (await ports.runs.open(id)).read("record.json");
    if (text === null) continue;
    const record = parseDocument(RunRecord, text, `run ${id}`);
    found.push(...record.steps.map((step) => ({ run: step.reusedFrom ?? id, step })));
  }
  return found;
}

async function reusable(
  outputs: readonly string[],
  inputsDigest: Sha256,
  earlier: readonly EarlierStep[],
  ports: Pick<Backend, "workspace" | "sha256">,
): Promise<EarlierStep | null> {
  const same = earlier.filter(
    ({ step }) => step.inputsDigest === inputsDigest && step.outputs !== null && step.outputs.files > 0,
  );
  if (same.length === 0) return null;
  const now = treeDigest(await ports.workspace.files(outputs), ports.sha256);
  return same.find(({ step }) => step.outputs?.digest === now) ?? null;
}
