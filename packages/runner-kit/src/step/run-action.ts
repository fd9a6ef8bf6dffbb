import { resolve } from "node:path";
import { openProject, stopOnSignals, writeReports } from "@trainyard/backends";
import { type Actor, exitCodeOf, isRefusal, markdownFence, type TrainyardError, type z } from "@trainyard/core";
import { type Action, EveryActionInputs, type Job, type Outcome } from "./action.ts";
import { GRACE_SECONDS, tellOfCancel } from "./cancel.ts";
import { appendArtifacts, appendEntry, appendSummary } from "./command-file.ts";
import { echoOutput } from "./echo-output.ts";
import { type GithubJob, openGithubJob } from "./github-job.ts";
import { JobLog } from "./job-log.ts";
import { keepReport } from "./keep-report.ts";
import { logProgress } from "./log-progress.ts";
import { readInputs } from "./read-inputs.ts";

/** Where an action runs: a process of a runner. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
  readonly version: string;
}

/**
 * Runs one action: reads its inputs, does its work, hands on outputs and summary. Never throws: a refusal becomes one annotation
 * with its code, anything else is a bug and keeps its stack.
 *
 * @returns The exit code of the step, by the rules of the command line.
 */
export async function runAction(action: Action, around: Surroundings): Promise<number> {
  const { environment } = around;
  const log = new JobLog(around.write);
  const ending: (() => void)[] = [];
  try {
    const { inputs, extra } = readInputs(action.inputs, EveryActionInputs, environment);
    if (extra["github-token"] !== "") log.mask(extra["github-token"]);
    const outcome = await action.run(inputs, jobOf(extra, log, around, ending));
    report(action, outcome, log, environment);
    return outcome.exit;
  } catch (error) {
    if (!isRefusal(error)) return bug(error, log, around.version);
    refuse(error, action, log, environment);
    return exitCodeOf(error.code);
  } finally {
    for (const end of ending) end();
  }
}

/** @param ending Gets what is to be done when the action has ended. */
function jobOf(
  extra: z.output<typeof EveryActionInputs>,
  log: JobLog,
  { environment, version }: Surroundings,
  ending: (() => void)[],
): Job {
  const folder = resolve(environment.GITHUB_WORKSPACE || ".", extra["working-directory"]);
  let opened: Promise<GithubJob | null> | undefined;
  const github = () => {
    opened ??= openGithubJob(environment, { token: extra["github-token"], store: extra.store });
    return opened;
  };
  return {
    folder,
    workspace: resolve(environment.GITHUB_WORKSPACE || "."),
    temp: environment.RUNNER_TEMP,
    log,
    async report(name, files, forms) {
      await writeReports(files, folder, forms);
      return keepReport(name, environment.RUNNER_TEMP, forms);
    },
    github,
    async project() {
      const stop = stopOnSignals();
      ending.push(() => stop.off());
      tellOfCancel(stop, log);
      const job = await github();
      const onGithub = job === null ? null : await import("./github-project.ts"); // nobody else needs it to start
      const project = await openProject({
        folder,
        environment,
        progress: logProgress(log),
        stop,
        write: "job",
        tool: version,
        grace: GRACE_SECONDS,
        ...actorOf(environment),
        ...(job === null ? {} : onGithub?.githubOptions(job)),
      });
      const opened =
        job === null || onGithub === null ? project : onGithub.withHead(onGithub.withBase(project, job), job);
      return { ...opened, backend: { ...opened.backend, processes: echoOutput(opened.backend.processes, log) } };
    },
  };
}

/** Who started the workflow, as far as the job is told. Outside a runner git knows the person. */
function actorOf(environment: Surroundings["environment"]): { actor?: Actor } {
  const {
    GITHUB_ACTOR: name,
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: run,
  } = environment;
  if (!name) return {};
  const url = server && repository && run ? { url: `${server}/${repository}/actions/runs/${run}` } : {};
  return { actor: { name, kind: "workflow", ...url } };
}

function report(action: Action, outcome: Outcome, log: JobLog, environment: Surroundings["environment"]): void {
  for (const [name, value] of Object.entries(outcome.outputs)) appendEntry(environment.GITHUB_OUTPUT, name, value);
  appendSummary(environment.GITHUB_STEP_SUMMARY, outcome.summary);
  if (!appendArtifacts(environment.GITHUB_ARTIFACTS, outcome.made ?? []))
    log.say("note: the model's files were not named to the runner: it takes 500 of a job, each on one line.");
  if (outcome.exit === 0) log.say(outcome.text);
  else log.annotate({ level: "error", title: action.title, message: outcome.text });
}

function refuse(error: TrainyardError, action: Action, log: JobLog, environment: Surroundings["environment"]): void {
  appendEntry(environment.GITHUB_OUTPUT, "refusal", error.code);
  appendSummary(environment.GITHUB_STEP_SUMMARY, refusalSummary(error, action));
  log.annotate({ level: "error", title: error.code, message: `${error.message}\n${hintOf(error, action)}` });
}

function refusalSummary(error: TrainyardError, action: Action): string {
  return `### ${action.title}: refused (${error.code})\n\n${markdownFence([error.message, hintOf(error, action)])}\n`;
}

/** Of a permission GitHub asked for, all that the action needs: adding one at a time would fail once for each. */
function hintOf({ code, hint }: TrainyardError, { permissions, title }: Action): string {
  if (code !== "GITHUB_FORBIDDEN" || permissions.length === 0) return hint;
  const lines = permissions.map(({ scope, access, why }) => `    ${scope}: ${access} # ${why}`);
  return `${hint}\nAll that ${title} needs:\n  permissions:\n${lines.join("\n")}`;
}

function bug(error: unknown, log: JobLog, version: string): 70 {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.say(stack);
  log.annotate({
    level: "error",
    title: "BUG",
    message: `This is a mistake in Trainyard, not yours: ${error instanceof Error ? error.message : String(error)}\nPlease report it with the log of this step (trainyard ${version}, Node ${process.versions.node}).`,
  });
  return 70;
}
