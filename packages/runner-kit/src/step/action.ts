import type { Project } from "@trainyard/backends";
import { type ReportForms, z } from "@trainyard/core";
import type { GithubJob } from "./github-job.ts";
import type { JobLog } from "./job-log.ts";

/** What a step of a job may use beside its inputs. */
export interface Job {
  /** `working-directory`, absolute. */
  readonly folder: string;
  /** Opens the project of `working-directory`. @throws CONFIG_NOT_FOUND and what the config refuses */
  project(): Promise<Project>;
  /** GitHub, as the job's token may use it; null without a token: then everything stays on this machine. */
  github(): Promise<GithubJob | null>;
  /** Where the repository is checked out. */
  readonly workspace: string;
  /** A folder the runner empties after the job. */
  readonly temp: string | undefined;
  readonly log: JobLog;
  /** Writes a report to the files the `report` input names, and where later steps of the job find it. @returns Absolute paths of the latter. */
  report(name: string, files: readonly string[], forms: ReportForms): Promise<{ json: string; markdown: string }>;
}

/** How a step ended. `exit` follows the rules of the command line: 0 done, 1 the verdict is against it, 3 inconclusive, 75 and 130 interrupted. */
export interface Outcome<O extends string = string> {
  readonly outputs: Readonly<Record<O, string>>;
  /** Markdown for the job summary. */
  readonly summary: string;
  /** One sentence: what a failed step says in its annotation, what any other says in the log. */
  readonly text: string;
  readonly exit: number;
  /** Absolute paths of the model's files here, for the runner to hash and others to attest. */
  readonly made?: readonly string[];
}

/** What a job that uses the action must be allowed, and what for. */
export interface Permission {
  readonly scope: string;
  readonly access: "read" | "write";
  readonly why: string;
}

/** One `uses:`. Its action.yml, the tables of its README and what it checks all come from here. */
export interface Action<S extends z.ZodObject = z.ZodObject, O extends string = string> {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly inputs: S;
  readonly outputs: Readonly<Record<O, string>>;
  readonly permissions: readonly Permission[];
  run(inputs: z.output<S>, job: Job): Promise<Outcome<O>>;
}

/** Keeps an action's inputs, its outputs and its `run` agreeing in type. */
export function action<S extends z.ZodObject, O extends string>(definition: Action<S, O>): Action {
  return definition as unknown as Action;
}

/** What every action takes beside the inputs of its verb. */
export const EveryActionInputs = z.strictObject({
  "working-directory": z
    .string()
    .default(".")
    .describe("the folder of trainyard.yaml, or one below it")
    .meta({ placeholder: "PATH" }),
  "github-token": z
    .string()
    .default("")
    .describe("the job's token, with the permissions below; empty: everything stays on this machine")
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the runner's
    .meta({ placeholder: "TOKEN", actionDefault: "${{ github.token }}" }),
  store: z
    .string()
    .regex(/^(releases$|\/)/, "releases, or an absolute folder")
    .default("releases")
    .describe(
      "where bytes and run bundles go: `releases` and artifacts of the repository, or a folder that every runner has",
    )
    .meta({ placeholder: "releases|FOLDER" }),
});

/** What every action says beside the outputs of its verb. */
export const everyActionOutputs = {
  refusal: "code of the refusal when the step could not do its work, else empty; docs/errors.md explains each",
} as const;
