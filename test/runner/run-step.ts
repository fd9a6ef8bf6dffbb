import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { parseEntries } from "./file-commands.ts";
import { type Annotation, WorkflowLog } from "./workflow-log.ts";

export interface StepOptions {
  /** The folder of the action: where its action.yml lies. */
  readonly action: string;
  /** The checked-out repository. */
  readonly workspace: string;
  /** A folder that lasts as long as the job; each step has its files in it. */
  readonly temp: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: unknown;
  /** What `${{ github.token }}` is. */
  readonly token?: string;
  /** Cancels the job once this line is printed. */
  readonly cancelAt?: (line: string) => boolean;
  /** Kills the step, as a machine that dies does, once this line is printed. */
  readonly killAt?: (line: string) => boolean;
}

export interface StepResult {
  readonly conclusion: "success" | "failure" | "cancelled";
  readonly exit: number | null;
  /** What ended it, when it did not end by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  readonly log: WorkflowLog;
  /** Warnings of the runner itself: inputs that action.yml does not know. */
  readonly warnings: readonly string[];
  /** Seconds from the cancel to the end. */
  readonly stopSeconds: number | null;
}

interface ActionYaml {
  inputs?: Record<string, { default?: unknown; required?: boolean }>;
  outputs?: Record<string, unknown>;
  runs: { using: string; main: string; post?: string };
}

const TOKEN = "ghs_0000000000000000000000000000test";
const FILES = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"] as const;
const SUMMARY_LIMIT = 1024 * 1024;

/** Runs one `uses:` step as the runner does: main, then post with the state main left. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const action = parse(readFileSync(join(options.action, "action.yml"), "utf8")) as ActionYaml;
  if (action.runs.using !== "node24") throw new Error(`this runner runs node24, not ${action.runs.using}`);
  const folder = mkdtempSync(join(options.temp, "step-"));
  const warnings = Object.keys(options.with ?? {})
    .filter((name) => action.inputs?.[name.toLowerCase()] === undefined)
    .map((name) => `Unexpected input(s) '${name}'`);
  const inputs = inputVariables(action, options.with ?? {}, options.token ?? TOKEN);
  const log = new WorkflowLog();

  const main = await runNode(resolve(options.action, action.runs.main), inputs, {}, folder, options, log);
  const state = parseEntries(readFileSync(join(folder, "GITHUB_STATE"), "utf8"));
  if (action.runs.post !== undefined)
    await runNode(
      resolve(options.action, action.runs.post),
      inputs,
      state,
      folder,
      { ...options, cancelAt: () => false },
      log,
    );

  const summaryFile = join(folder, "GITHUB_STEP_SUMMARY");
  return {
    ...main,
    conclusion: main.stopSeconds !== null ? "cancelled" : main.exit === 0 ? "success" : "failure",
    outputs: parseEntries(readFileSync(join(folder, "GITHUB_OUTPUT"), "utf8")),
    state,
    summary: statSync(summaryFile).size > SUMMARY_LIMIT ? "" : readFileSync(summaryFile, "utf8"), // a longer one is dropped
    annotations: log.annotations,
    log,
    warnings,
  };
}

/** `INPUT_NAME`: blanks become `_`, all else stays; `${{ github.token }}` is the one expression defaults may use. */
function inputVariables(
  action: ActionYaml,
  given: Readonly<Record<string, string>>,
  token: string,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, { default: fallback }] of Object.entries(action.inputs ?? {})) {
    values[name] = String(fallback ?? "").replaceAll(/\$\{\{\s*github\.token\s*\}\}/g, token);
  }
  for (const [name, value] of Object.entries(given)) values[name.toLowerCase()] = value;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]),
  );
}

async function runNode(
  script: string,
  inputs: Readonly<Record<string, string>>,
  state: Readonly<Record<string, string>>,
  folder: string,
  options: StepOptions,
  log: WorkflowLog,
): Promise<Pick<StepResult, "exit" | "signal" | "stopSeconds">> {
  const child = spawn(process.execPath, [script], {
    cwd: options.workspace,
    env: {
      ...environment(folder, options),
      ...inputs,
      ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let cancelled: { at: number; ended: AbortController } | null = null;
  const hear = (line: string) => {
    log.read(line);
    if (options.killAt?.(line)) child.kill("SIGKILL");
    if (cancelled !== null || !options.cancelAt?.(line)) return;
    cancelled = { at: performance.now(), ended: new AbortController() };
    void cancel(child, cancelled.ended.signal);
  };
  const read = [child.stdout, child.stderr].map((stream) =>
    once(createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", hear), "close"),
  );
  const [exit, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  const stopped = cancelled as { at: number; ended: AbortController } | null;
  const stopSeconds = stopped === null ? null : (performance.now() - stopped.at) / 1000;
  stopped?.ended.abort();
  await Promise.race([Promise.all(read), sleep(1000)]); // what a process left behind holds open is not waited for
  return { exit, signal, stopSeconds };
}

/** What cancelling a job does to the process of a step (actions/runner, ProcessInvoker.cs); the kill is of that one process. */
async function cancel(child: ChildProcess, ended: AbortSignal): Promise<void> {
  for (const [signal, milliseconds] of [
    ["SIGINT", 7_500],
    ["SIGTERM", 2_500],
    ["SIGKILL", 0],
  ] as const) {
    child.kill(signal);
    await sleep(milliseconds, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return;
  }
}

/** The variables of a job; of ours only what a process needs to start at all. */
function environment(folder: string, options: StepOptions): Record<string, string> {
  const file = (name: string, text = "") => {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileSync(path, text);
    return path;
  };
  const home = join(options.temp, "home");
  mkdirSync(home, { recursive: true });
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: options.workspace,
    GITHUB_REPOSITORY: "octo/flights",
    GITHUB_REPOSITORY_OWNER: "octo",
    GITHUB_ACTOR: "ana",
    GITHUB_TRIGGERING_ACTOR: "ana",
    GITHUB_EVENT_NAME: "workflow_dispatch",
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(options.event ?? {})),
    GITHUB_RUN_ID: "123",
    GITHUB_RUN_NUMBER: "7",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "job",
    GITHUB_REF: "refs/heads/main",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_API_URL: "https://api.github.com",
    RUNNER_OS: process.platform === "darwin" ? "macOS" : "Linux",
    RUNNER_ARCH: process.arch === "arm64" ? "ARM64" : "X64",
    RUNNER_TEMP: options.temp,
    RUNNER_TOOL_CACHE: join(options.temp, "tools"),
    ...Object.fromEntries(FILES.map((name) => [name, file(name)])),
    ...options.env,
  };
}
