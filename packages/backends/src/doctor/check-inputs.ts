import { type Config, nearest } from "@trainyard/core";
import { actionInputs } from "./action-inputs.ts";
import { type Finding, fail, ok, some, warn } from "./finding.ts";
import type { WorkflowFile, WorkflowStep } from "./workflow-file.ts";

const ID = "action-inputs";

/** Does every `with:` name an input that its action has, and a model and an environment that trainyard.yaml has? */
export function checkInputs(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const found: Finding[] = [];
  let steps = 0;
  for (const { path, jobs } of files)
    for (const { id, steps: all } of jobs)
      for (const step of all) {
        const known = actionInputs[step.action ?? ""]?.split(" ");
        if (known === undefined) continue;
        steps++;
        const where = `${path}, job ${id}`;
        found.push(...unknownInputs(step, known, where), ...(config === null ? [] : unknownNames(step, config, where)));
      }
  return found.length > 0 || steps === 0 ? found : [ok(ID, `${steps} steps give their actions what these take`)];
}

function unknownInputs({ action, with: given }: WorkflowStep, known: readonly string[], where: string): Finding[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name.toLowerCase()))
    .map((name) => {
      const near = nearest(name, known);
      const todo = near === null ? `It takes ${known.join(", ")}.` : `Write ${near}.`;
      return fail(ID, `${where}: ${action} has no input ${name}, and refuses it`, todo);
    });
}

function unknownNames({ action, with: given }: WorkflowStep, { models }: Config, where: string): Finding[] {
  const names = Object.keys(models);
  const model = literal(given["model"])?.split("@")[0];
  if (model !== undefined && !names.includes(model)) {
    const near = nearest(model, names);
    return [fail(ID, `${where}: trainyard.yaml has no model ${model}`, `Write ${near ?? some(names)}.`)];
  }
  if (action !== "deploy" && action !== "plan") return [];
  const environment = literal(given["environment"]);
  if (environment === undefined) return [];
  const meant = model === undefined ? names : [model];
  const without = meant.filter((name) => !Object.hasOwn(models[name]?.deploy ?? {}, environment));
  if (without.length === 0) return [];
  const said = `${where}: ${some(without)} ${without.length === 1 ? "has" : "have"} no environment ${environment}`;
  const todo = `Name one of \`deploy:\` in trainyard.yaml, or add ${environment} there.`;
  return [
    without.length === meant.length ? fail(ID, said, todo) : warn(ID, `${said}, and their deployment is refused`, todo),
  ];
}

/** What stands there, or what an expression falls back to: `${{ inputs.environment || 'production' }}`. Undefined: only GitHub knows. */
function literal(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = String(value);
  if (!text.includes("${{")) return text;
  return /^\$\{\{[^'}]*\|\|\s*'([^']+)'\s*\}\}$/.exec(text)?.[1];
}
