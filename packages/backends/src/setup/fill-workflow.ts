/** What a person chose for the workflows; null: the template's placeholder stays, and a `← choose` beside it. */
export interface WorkflowChoices {
  /** The branch that pull requests are merged into. */
  readonly branch: string;
  /** Labels of the runner that trains. */
  readonly runner: readonly string[] | null;
  /** Labels of the runner that deploys, and looks at production's data; never one that trains. */
  readonly deployRunner: readonly string[] | null;
  /** When drift is looked for, five fields. */
  readonly cron: string | null;
  /** Where a release goes first; null: trainyard.yaml has no such place, and the step that deploys there is left out. */
  readonly firstEnvironment: string | null;
  /** The project's folder below the repository's; null: it is the repository's. */
  readonly folder: string | null;
  /** Steps before a training that bring what it imports, as lines of YAML without indentation; empty: the comment stays. */
  readonly setUp: readonly string[];
}

const CHOOSE = / *# ← choose.*$/;

/** A template with the choices in it. Line by line: comments are half of what a template says. */
export function fillWorkflow(template: string, choices: WorkflowChoices): string {
  const { folder } = choices;
  let ours = false;
  return (choices.firstEnvironment === null ? withoutFirstDeployment(template.split("\n")) : template.split("\n"))
    .flatMap((line) => {
      if (/^ *(?:- )?uses: /.test(line)) ours = /uses: trainyard\//.test(line);
      const filled = fillLine(line.replaceAll("$default-branch", choices.branch), choices);
      const takes = /^( *)with:$/.exec(line);
      if (folder === null || takes === null || !ours) return filled;
      return [...filled, `${takes[1]}  working-directory: ${JSON.stringify(folder)}`];
    })
    .join("\n");
}

/** A release that goes nowhere first is registered, and waits for model-promote. */
function withoutFirstDeployment(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => /^ *environment: staging *# ← choose/.test(line));
  if (at < 0) return lines;
  const begin = lines.findLastIndex((line, index) => index < at && /^ *- /.test(line));
  const indent = /^ */.exec(lines[begin] ?? "")?.[0] ?? "";
  const after = lines.findIndex((line, index) => index > at && !line.startsWith(`${indent} `));
  const note = `${indent}# ← choose: add an environment that production comes \`after\` to trainyard.yaml, and deploy to it here`;
  return [...lines.slice(0, begin), note, ...lines.slice(after < 0 ? lines.length : after)].filter(
    (line) => !/^ *deployments: write # .* in staging$/.test(line),
  );
}

function fillLine(line: string, choices: WorkflowChoices): string[] {
  const { runner, deployRunner, cron, firstEnvironment, setUp, folder } = choices;
  const labels = /^( *runs-on: )\[self-hosted, (gpu|serving|data)\](.*)$/.exec(line);
  if (labels !== null) {
    const [, before = "", kind, after = ""] = labels;
    const chosen = kind === "gpu" ? runner : deployRunner;
    if (chosen === null) return [line];
    const warning = kind === "gpu" ? "" : " # never a runner that trains";
    return [`${before}${listOf(chosen)}${after.replace(CHOOSE, warning)}`];
  }
  const forks = `fromJSON('["self-hosted", "gpu"]')`;
  if (runner !== null && line.includes(forks)) {
    const value = `fromJSON('[${runner.map((label) => JSON.stringify(label)).join(", ")}]')`;
    return [line.replace(forks, () => value).replace(CHOOSE, " # the same labels as above")];
  }
  if (cron !== null && /^ *- cron: /.test(line)) {
    const note = " # agrees with `drift.runs-per-year`; `trainyard doctor` compares";
    return [line.replace(/"[^"]*"/, () => JSON.stringify(cron)).replace(CHOOSE, note)];
  }
  if (firstEnvironment !== null && /^ *environment: staging *# ← choose/.test(line))
    return [line.replace("staging", () => firstEnvironment).replace(CHOOSE, "")];
  const needs = /^( *)# ← choose: what your training needs/.exec(line);
  if (needs !== null && setUp.length > 0) {
    const there = folder === null ? [] : [`  working-directory: ${JSON.stringify(folder)}`];
    return [...setUp, ...there].map((one) => `${needs[1]}${one}`);
  }
  return [line];
}

const listOf = (labels: readonly string[]) => (labels.length === 1 ? String(labels[0]) : `[${labels.join(", ")}]`);
