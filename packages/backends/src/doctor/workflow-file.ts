import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isRefusal, z } from "@trainyard/core";
import { parseYamlText } from "../config/yaml-text.ts";
import { errorCode } from "../local/file-refusals.ts";
import { neededPermissions } from "./needed-permissions.ts";

/** What a workflow grants, as it stands there. */
export type Grants = "read-all" | "write-all" | Readonly<Record<string, string>>;

export interface WorkflowStep {
  readonly uses: string | null;
  readonly run: string | null;
  readonly with: Readonly<Record<string, unknown>>;
  /** The name of our action that it uses. */
  readonly action: string | null;
}

export interface WorkflowJob {
  readonly id: string;
  /** Labels; null where an expression decides or another workflow is called. */
  readonly runsOn: readonly string[] | null;
  /** `runs-on` as it stands there, as JSON; empty where there is none. */
  readonly runner: string;
  /** Jobs that come before it. */
  readonly needs: readonly string[];
  /** Null: it says nothing, and has what the workflow has. */
  readonly permissions: Grants | null;
  readonly cancels: boolean | string;
  readonly queues: boolean;
  readonly environment: string | null;
  readonly if: string;
  readonly uses: string | null;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowFile {
  readonly path: string;
  readonly events: readonly string[];
  readonly crons: readonly string[];
  /** Inputs of `workflow_dispatch`; null: nobody can start it. */
  readonly dispatchInputs: readonly string[] | null;
  readonly permissions: Grants | null;
  readonly cancels: boolean | string;
  readonly jobs: readonly WorkflowJob[];
}

const Permissions = z.union([z.enum(["read-all", "write-all"]), z.record(z.string(), z.string())]).nullish();
const Concurrency = z
  .union([
    z.string(),
    z.looseObject({
      "cancel-in-progress": z.union([z.boolean(), z.string()]).optional(),
      queue: z.string().optional(),
    }),
  ])
  .nullish();
const Step = z.looseObject({
  uses: z.string().nullish(),
  run: z.string().nullish(),
  with: z.record(z.string(), z.unknown()).nullish(),
});
const Job = z.looseObject({
  "runs-on": z.unknown(),
  needs: z.union([z.string(), z.array(z.string())]).nullish(),
  permissions: Permissions,
  concurrency: Concurrency,
  environment: z.union([z.string(), z.looseObject({ name: z.string() })]).nullish(),
  if: z.union([z.string(), z.boolean(), z.number()]).nullish(),
  uses: z.string().nullish(),
  steps: z.array(Step).nullish(),
});
const Workflow = z.looseObject({
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions: Permissions,
  concurrency: Concurrency,
  jobs: z.record(z.string(), Job),
});

/** A workflow is small; what is larger is something else. Bytes. */
const LARGEST = 1024 * 1024;

/** The workflows of a repository, and those that cannot be read. @param root The repository's folder */
export async function readWorkflows(
  root: string,
): Promise<{ files: readonly WorkflowFile[]; unreadable: readonly { path: string; problem: string }[] }> {
  const folder = join(root, ".github", "workflows");
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  });
  const files: WorkflowFile[] = [];
  const unreadable: { path: string; problem: string }[] = [];
  for (const name of names.filter((one) => /\.ya?ml$/.test(one)).sort()) {
    const path = `.github/workflows/${name}`;
    try {
      const found = await stat(join(folder, name));
      if (!found.isFile() || found.size > LARGEST) throw new Error("it is no file of at most 1 MiB");
      files.push(workflowOf(path, parseYamlText(await readFile(join(folder, name)), path).value));
    } catch (error) {
      const said = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      if (!isRefusal(error) && !(error instanceof Error)) throw error;
      unreadable.push({ path, problem: said.split("\n")[0] ?? "" });
    }
  }
  return { files, unreadable };
}

/** @throws ZodError */
function workflowOf(path: string, value: unknown): WorkflowFile {
  const { on, permissions, concurrency, jobs } = Workflow.parse(value);
  const events = typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on);
  const schedule = typeof on === "object" && !Array.isArray(on) ? on["schedule"] : undefined;
  const crons = z.array(z.looseObject({ cron: z.string() })).safeParse(schedule).data ?? [];
  return {
    path,
    events,
    crons: crons.map(({ cron }) => cron),
    dispatchInputs: events.includes("workflow_dispatch") ? dispatchInputsOf(on) : null,
    permissions: permissions ?? null,
    cancels: cancelsOf(concurrency),
    jobs: Object.entries(jobs).map(([id, job]) => ({
      id,
      runsOn: labelsOf(job["runs-on"]),
      runner: JSON.stringify(job["runs-on"]) ?? "",
      needs: typeof job.needs === "string" ? [job.needs] : (job.needs ?? []),
      permissions: job.permissions ?? null,
      cancels: cancelsOf(job.concurrency),
      queues: typeof job.concurrency === "object" && job.concurrency?.queue === "max",
      environment: typeof job.environment === "string" ? job.environment : (job.environment?.name ?? null),
      if: String(job.if ?? ""),
      uses: job.uses ?? null,
      steps: (job.steps ?? []).map((step) => ({
        uses: step.uses ?? null,
        run: step.run ?? null,
        with: step.with ?? {},
        action: actionOf(step.uses ?? ""),
      })),
    })),
  };
}

function dispatchInputsOf(on: z.output<typeof Workflow>["on"]): string[] {
  const value = typeof on === "object" && !Array.isArray(on) ? on["workflow_dispatch"] : undefined;
  const Dispatch = z.looseObject({ inputs: z.record(z.string(), z.unknown()).nullish() });
  return Object.keys(Dispatch.safeParse(value).data?.inputs ?? {});
}

const cancelsOf = (concurrency: z.output<typeof Concurrency>) =>
  (typeof concurrency === "object" ? concurrency?.["cancel-in-progress"] : undefined) ?? false;

function labelsOf(value: unknown): string[] | null {
  if (typeof value === "string") return value.includes("${{") ? null : [value];
  const list = z.array(z.string()).safeParse(value);
  if (list.success) return list.data.some((label) => label.includes("${{")) ? null : list.data;
  const labels = z.looseObject({ labels: z.unknown() }).safeParse(value);
  return labels.success ? labelsOf(labels.data.labels) : null;
}

/** `trainyard/trainyard/actions/train@v1`, `./actions/train`, `$/actions/train` → train. */
function actionOf(uses: string): string | null {
  const name = /^(?:[\w.-]+\/trainyard|\.|\$)\/actions\/([a-z-]+)(?:@\S+)?$/.exec(uses)?.[1];
  return name !== undefined && Object.hasOwn(neededPermissions, name) ? name : null;
}
