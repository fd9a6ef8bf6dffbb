import { RequestError } from "@octokit/request-error";
import { TrainyardError, z } from "@trainyard/core";
import { ask, pagesOf } from "../call/ask.ts";
import { converge } from "../call/converge.ts";
import type { Github } from "../call/github.ts";

const Run = z.object({
  id: z.int(),
  status: z.string().nullish(),
  display_title: z.string(),
  html_url: z.string(),
  created_at: z.iso.datetime({ offset: true }),
});
type Run = z.infer<typeof Run>;
const RunPage = z.object({ workflow_runs: z.array(Run) });
/** Nothing where the server does not know `return_run_details`. */
const Dispatched = z.union([
  z.object({ workflow_run_id: z.int(), html_url: z.string() }),
  z.unknown().transform(() => null),
]);

const WORKFLOW = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}";
const HOUR = 3_600_000;

/**
 * What a retraining's run is called, by `run-name:` of its workflow: the API does not tell a run's inputs, and this is how one is recognised.
 * A run by hand is "Retrain MODEL"; workflows-templates/retrain.yml has both.
 */
export function retrainTitle(model: string, event: number): string {
  return `Retrain ${model} after drift event ${event}`;
}

export interface RetrainAsked {
  /** File name of the workflow: `retrain.yml`. */
  readonly workflow: string;
  /** The default branch: only its workflows can be started. */
  readonly ref: string;
  readonly model: string;
  /** Number of the registry's event that asks; the report stands behind it, and is never sent along. */
  readonly driftEvent: number;
  /** Hours after a retraining began in which no other begins. */
  readonly cooldown: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What became of it: begun now (or by this very event before), still under way, or begun too short a time ago. */
export interface Dispatch {
  readonly outcome: "started" | "under-way" | "cooling-down";
  readonly url: string | null;
}

/**
 * Starts the retraining a drift check asks for, once: not while one of the same model waits or runs, and not within the cooldown of the last one. A run
 * whose name does not say which model it retrains could be anybody's, and so counts as this one's.
 * @throws RETRAIN_WORKFLOW when there is no such workflow, or it cannot be started so
 */
export async function dispatchRetraining(github: Github, asked: RetrainAsked): Promise<Dispatch> {
  const { workflow, ref, model, driftEvent, cooldown, now } = asked;
  const place = { workflow_id: workflow };
  const refuse = (error: unknown): never => {
    if (!(error instanceof RequestError) || (error.status !== 404 && error.status !== 422)) throw error;
    const said = (error.response?.data as { message?: unknown } | undefined)?.message;
    const problem = error.status === 404 ? "it is not there" : typeof said === "string" ? said : error.message;
    throw new TrainyardError("RETRAIN_WORKFLOW", { workflow, ref, problem: problem.slice(0, 300) }, { cause: error });
  };
  let result: Dispatch = { outcome: "started", url: null };
  await converge(github, `the runs of ${workflow}`, {
    look: () => recentRuns(github, place, now - cooldown * HOUR).catch(refuse),
    next(runs) {
      const known = verdictOn(runs, { model, driftEvent, since: now - cooldown * HOUR });
      if (known !== null) {
        result = known;
        return null;
      }
      return async () => {
        const inputs = { model, "drift-event": String(driftEvent) };
        const made = await ask(
          github,
          `POST ${WORKFLOW}/dispatches`,
          { ...place, ref, inputs, return_run_details: true },
          Dispatched,
        ).catch(refuse);
        result = { outcome: "started", url: made?.html_url ?? null };
        return runs;
      };
    },
  });
  return result;
}

function verdictOn(
  runs: readonly Run[],
  { model, driftEvent, since }: { model: string; driftEvent: number; since: number },
): Dispatch | null {
  const same = runs.find(({ display_title }) => display_title === retrainTitle(model, driftEvent));
  if (same !== undefined) return { outcome: "started", url: same.html_url };
  const own = runs.filter(({ display_title }) => {
    const [, other] = /^Retrain (\S+)(?: after drift event \d+)?$/.exec(display_title) ?? [];
    return other === undefined || other === model;
  });
  const open = own.find(({ status }) => status !== "completed");
  if (open !== undefined) return { outcome: "under-way", url: open.html_url };
  const recent = own.find(({ created_at }) => Date.parse(created_at) > since);
  return recent === undefined ? null : { outcome: "cooling-down", url: recent.html_url };
}

/** Newest first, whoever started them: those within the cooldown, and at least the last hundred, so that one that is still under way is among them. */
async function recentRuns(github: Github, place: Readonly<Record<string, string>>, since: number): Promise<Run[]> {
  const found: Run[] = [];
  for await (const { page } of pagesOf(github, `GET ${WORKFLOW}/runs`, place, RunPage)) {
    found.push(...page.workflow_runs);
    if (page.workflow_runs.some(({ created_at }) => Date.parse(created_at) < since)) break;
  }
  return found;
}
