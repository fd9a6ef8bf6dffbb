import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const TEMPLATES = join(import.meta.dirname, "../../workflows-templates");

/** A step as it stands in a file. */
export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string | boolean;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly "working-directory"?: string;
  readonly "continue-on-error"?: boolean;
}

export interface JobDefinition {
  readonly name?: string;
  readonly needs?: string | readonly string[];
  readonly if?: string | boolean;
  readonly "runs-on"?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix?: unknown; readonly "fail-fast"?: boolean };
  readonly env?: Readonly<Record<string, string>>;
  readonly environment?: string | { readonly name: string; readonly deployment?: boolean };
  readonly concurrency?:
    | string
    | { readonly group: string; readonly queue?: string; readonly "cancel-in-progress"?: boolean };
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly concurrency?: JobDefinition["concurrency"];
  readonly jobs: Readonly<Record<string, JobDefinition>>;
}

export const templateNames: readonly string[] = readdirSync(TEMPLATES)
  .filter((name) => name.endsWith(".yml"))
  .map((name) => name.slice(0, -".yml".length));

export const templateText = (name: string): string => readFileSync(join(TEMPLATES, `${name}.yml`), "utf8");

export const parseWorkflow = (text: string): Workflow => parse(text) as Workflow;
