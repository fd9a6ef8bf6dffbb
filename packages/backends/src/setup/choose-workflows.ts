import { nearest, TrainyardError } from "@trainyard/core";
import type { WorkflowChoices } from "./fill-workflow.ts";
import { isHosted, mayMeet } from "./runner-labels.ts";
import { workflowTemplates } from "./workflow-templates.ts";

export type WorkflowName = keyof typeof workflowTemplates;
export const workflowNames = Object.keys(workflowTemplates) as WorkflowName[];

/**
 * The workflows that were asked for; all, when none is named.
 * @param publicly Whether strangers may open pull requests; null: nobody said. A private repository has no strangers to judge.
 * @throws INPUT_INVALID with the nearest name
 */
export function chooseWorkflows(names: readonly string[], publicly: boolean | null): WorkflowName[] {
  if (names.length === 0) return workflowNames.filter((name) => publicly !== false || name !== "verdict-for-forks");
  for (const name of names) {
    if (Object.hasOwn(workflowTemplates, name)) continue;
    const near = nearest(name, workflowNames);
    const expected = `${near === null ? "" : `${near}? It must be `}one of ${workflowNames.join(", ")}`;
    throw new TrainyardError("INPUT_INVALID", { input: "--workflow", expected, got: JSON.stringify(name) });
  }
  return workflowNames.filter((name) => names.includes(name));
}

/** Labels as a person writes them: `self-hosted, gpu`. @throws INPUT_INVALID */
export function runnerLabels(input: string, text: string): string[] {
  const labels = text.split(",").map((label) => label.trim());
  if (labels.every((label) => /^[A-Za-z0-9][\w.-]{0,99}$/.test(label))) return labels;
  const expected = "labels with commas between, like self-hosted,gpu";
  throw new TrainyardError("INPUT_INVALID", { input, expected, got: JSON.stringify(text) });
}

/** In a workflow's list of branches some signs are patterns, and others end the list: a name with one of them is for a person to write. @throws INPUT_INVALID */
export function plainBranch(name: string): string {
  if (/^[A-Za-z0-9_][\w./-]*$/.test(name)) return name;
  const expected = "a branch of letters, digits and . _ - /";
  throw new TrainyardError("INPUT_INVALID", { input: "--branch", expected, got: JSON.stringify(name) });
}

/**
 * What a training leaves on a machine could read the next job's token: where jobs write, no training may run. GitHub's own machines are new each time.
 * @throws INPUT_INVALID
 */
export function refuseSharedRunner({ runner, deployRunner }: Pick<WorkflowChoices, "runner" | "deployRunner">): void {
  if (runner === null || deployRunner === null || isHosted(runner) || !mayMeet(runner, deployRunner)) return;
  const expected = `labels that tell its runner from the one that trains (${runner.join(", ")})`;
  throw new TrainyardError("INPUT_INVALID", { input: "--deploy-runner", expected, got: deployRunner.join(", ") });
}

/** A deployment switches a folder, and GitHub's own machines take theirs along. @throws INPUT_INVALID */
export function refuseHostedDeployment(
  { deployRunner }: Pick<WorkflowChoices, "deployRunner">,
  files: readonly { readonly text: string }[],
): void {
  if (deployRunner === null || !isHosted(deployRunner) || !files.some(({ text }) => text.includes("/actions/deploy@")))
    return;
  const expected = "a machine of yours: the one that has the folders of `deploy:`";
  throw new TrainyardError("INPUT_INVALID", { input: "--deploy-runner", expected, got: deployRunner.join(", ") });
}

/** The schedule that agrees with `drift.runs-per-year`; null where none of a plain rhythm does. */
export function cronFor(runsPerYear: number): string | null {
  const rhythms = new Map([
    [8760, "17 * * * *"],
    [365, "17 5 * * *"],
    [52, "17 5 * * 1"],
    [12, "17 5 1 * *"],
  ]);
  return rhythms.get(Math.round(runsPerYear)) ?? null;
}
