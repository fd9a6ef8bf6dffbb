import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { actionFields, EveryActionInputs } from "@trainyard/runner-kit";
import { type ActionName, actions } from "../../actions/index.ts";
import type { Generated } from "./generated.ts";

const TEMPLATES = join(import.meta.dirname, "../../workflows-templates");
const IGNORED =
  "// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub's, not of JavaScript's";

/** What the command carries along, because where it is installed there is no repository to read: the templates, and what each action may do. */
export async function shippedWorkflows(): Promise<Generated[]> {
  return [templates(), await permissions(), await inputs()];
}

function templates(): Generated {
  const names = readdirSync(TEMPLATES)
    .filter((name) => name.endsWith(".yml"))
    .sort();
  const entries = names.map((name) => {
    const text = readFileSync(join(TEMPLATES, name), "utf8");
    return `  ${keyOf(name.slice(0, -".yml".length))}:\n    ${JSON.stringify(text)},`;
  });
  return {
    path: "packages/backends/src/setup/workflow-templates.ts",
    content: [
      IGNORED,
      "/** workflows-templates/*.yml by name. Written by `npm run generate`. */",
      "export const workflowTemplates = {",
      ...entries,
      "} as const satisfies Readonly<Record<string, string>>;",
      "",
    ].join("\n"),
  };
}

/** Some grants are for an input only, and say which: "with `reuse` or `bundle`: …". */
async function permissions(): Promise<Generated> {
  const lines: string[] = [];
  for (const name of Object.keys(actions).sort() as ActionName[]) {
    const grants = (await actions[name]()).permissions.map(({ scope, access, why }) => {
      const head = /^with ([^:]+):/.exec(why)?.[1] ?? "";
      const inputs = [...head.matchAll(/`([a-z-]+)`/g)].map((match) => JSON.stringify(match[1]));
      return `{ scope: "${scope}", access: "${access}", inputs: [${inputs.join(", ")}] }`;
    });
    if (grants.length === 1) lines.push(`  ${keyOf(name)}: [${grants[0]}],`);
    else lines.push(`  ${keyOf(name)}: [`, ...grants.map((grant) => `    ${grant},`), "  ],");
  }
  return {
    path: "packages/backends/src/doctor/needed-permissions.ts",
    content: [
      "/** One grant that an action asks for; with `inputs`, only where one of them is given. */",
      "export interface NeededPermission {",
      "  readonly scope: string;",
      '  readonly access: "read" | "write";',
      "  readonly inputs: readonly string[];",
      "}",
      "",
      "/** What each of our actions needs, as its action.yml says. Written by `npm run generate`. */",
      "export const neededPermissions: Readonly<Record<string, readonly NeededPermission[]>> = {",
      ...lines,
      "};",
      "",
    ].join("\n"),
  };
}

/** So that doctor can say which key of a `with:` an action does not know. */
async function inputs(): Promise<Generated> {
  const every = actionFields(EveryActionInputs).map(({ name }) => name);
  const lines: string[] = [];
  for (const name of Object.keys(actions).sort() as ActionName[]) {
    const own = actionFields((await actions[name]()).inputs).map((field) => field.name);
    const names = JSON.stringify([...own, ...every].join(" "));
    const line = `  ${keyOf(name)}: ${names},`;
    lines.push(line.length <= 120 ? line : `  ${keyOf(name)}:\n    ${names},`);
  }
  return {
    path: "packages/backends/src/doctor/action-inputs.ts",
    content: [
      "/** What each of our actions takes, with spaces between, as its action.yml says. Written by `npm run generate`. */",
      "export const actionInputs: Readonly<Record<string, string>> = {",
      ...lines,
      "};",
      "",
    ].join("\n"),
  };
}

const keyOf = (name: string) => (/^[a-z]+$/.test(name) ? name : JSON.stringify(name));
