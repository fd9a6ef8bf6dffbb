import {
  baselinesOf,
  chooseModel,
  type ModelVersion,
  type RegisterInputs,
  readingOf,
  register,
  registerBest,
  TrainyardError,
  type Verdict,
} from "@trainyard/core";
import type { Project } from "../project.ts";
import { type ExitCode, verdictExit } from "./exit-code.ts";
import { portsOf } from "./ports-of.ts";

/** What happened to each run that was asked about, and the version that came of it. */
export interface Registered {
  readonly version: ModelVersion | null;
  /** The bytes were a version already. */
  readonly unchanged: boolean;
  readonly verdict: Verdict;
  readonly runs: readonly { readonly run: string; readonly verdict: Verdict; readonly reason: string | null }[];
  readonly exit: ExitCode;
}

/** `register`: records the evaluation whatever its verdict; then a version, or a refusal by verdict. Of several runs the best that passed. */
export async function registerVerb(project: Project, inputs: RegisterInputs): Promise<Registered> {
  await project.mayWrite();
  const { model, config } = chooseModel(project.config, inputs.model ?? null);
  const baselines = baselinesOf(config.evaluate);
  const reading = readingOf(config);
  const ports = portsOf(project);
  if (inputs.run.length <= 1) {
    const done = await register(
      {
        model,
        run: inputs.run[0] ?? null,
        baselines,
        reading,
        override: inputs.override,
        reason: inputs.reason ?? null,
      },
      ports,
    );
    const runs = [{ run: done.run, verdict: done.verdict, reason: done.reason }];
    return {
      version: done.registered,
      unchanged: done.unchanged,
      verdict: done.verdict,
      runs,
      exit: done.registered === null ? verdictExit(done.verdict, "fail") : 0,
    };
  }
  if (inputs.override)
    throw new TrainyardError("INPUT_INVALID", {
      input: "override",
      expected: "given with one run",
      got: `with ${inputs.run.length} runs`,
    });
  const { best, all } = await registerBest({ model, runs: inputs.run, baselines, reading }, ports);
  const verdict = best?.verdict ?? (all.some((run) => run.verdict === "inconclusive") ? "inconclusive" : "fail");
  return {
    version: best?.registered ?? null,
    unchanged: best?.unchanged ?? false,
    verdict,
    runs: all,
    exit: best === null ? verdictExit(verdict, "fail") : 0,
  };
}
