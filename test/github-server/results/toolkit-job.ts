import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StepOutcome, ToolkitStep } from "./toolkit-steps.ts";

/** A job on a machine of its own: a workspace, and processes with the variables of the job. */
export interface ToolkitJob {
  readonly workspace: string;
  /** @returns What each step gave. @throws Error with the words of the first step that was refused */
  // biome-ignore lint/suspicious/noExplicitAny: what a library gives is read by the test that asked for it
  run(...steps: readonly ToolkitStep[]): Promise<any[]>;
  /** @returns The words of the refusal, null where there was none */
  refusals(...steps: readonly ToolkitStep[]): Promise<(string | null)[]>;
  file(name: string, bytes: string | Uint8Array): string;
}

const STEPS = join(import.meta.dirname, "toolkit-steps.ts");

export function toolkitJob(environment: Readonly<Record<string, string>>): ToolkitJob {
  const temp = mkdtempSync(join(tmpdir(), "trainyard-job-"));
  const workspace = join(temp, "work");
  mkdirSync(workspace);
  const outcomes = async (steps: readonly ToolkitStep[]): Promise<StepOutcome[]> => {
    const [from, to] = [join(temp, "steps.json"), join(temp, "outcomes.json")];
    writeFileSync(from, JSON.stringify(steps));
    // Only what a runner gives: a proxy or a token of this machine has no business there.
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: temp,
      RUNNER_TEMP: temp,
      GITHUB_WORKSPACE: workspace,
      ...environment,
    };
    await promisify(execFile)(process.execPath, [STEPS, from, to], { cwd: workspace, env });
    return JSON.parse(readFileSync(to, "utf8")) as StepOutcome[];
  };
  return {
    workspace,
    async run(...steps) {
      return (await outcomes(steps)).map((outcome) => {
        if ("error" in outcome) throw new Error(outcome.error);
        return outcome.value;
      });
    },
    async refusals(...steps) {
      return (await outcomes(steps)).map((outcome) => ("error" in outcome ? outcome.error : null));
    },
    file(name, bytes) {
      const path = join(workspace, name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, bytes);
      return path;
    },
  };
}
