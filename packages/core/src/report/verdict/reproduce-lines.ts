import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";

/** Lines to paste into a terminal that train and judge the same again. None for files somebody gave, or where no commit is known. */
export function reproduceLines({ commit, model, candidate }: EvaluationReport): string[] {
  const known = commit !== null && /^[0-9a-f]{40}$/.test(commit) && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(model);
  if (!known || candidate.run === null) return [];
  return [
    `git fetch origin ${commit} && git checkout ${commit}`,
    `npx trainyard train ${model}`,
    `npx trainyard evaluate ${model}`,
  ];
}
