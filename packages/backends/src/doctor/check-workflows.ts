import { type Config, firingsPerYear } from "@trainyard/core";
import { type Finding, fail, ok, some, unknown, warn } from "./finding.ts";
import { usesOwnMachine, usesUs, writesRegistry } from "./job-kinds.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** Text that anybody may write: a title, a branch's name. What ends in a number, an id or a hash is none. */
const OUTSIDE = /\b(?:github\.event\.[\w.[\]*'-]+|github\.head_ref|github\.ref_name)/g;
const HARMLESS = /\.(?:number|id|node_id|sha|before|after|base_sha|head_sha|run_number|run_attempt|conclusion|action)$/;
/** How far a schedule may be from what the config says: a year of weeks has 52 and a little more. */
const TOLERANCE = 0.05;
const INIT = "Write them with: trainyard init --workflows";

/** What the workflows of a repository say, without asking GitHub. @param files All of them; those that use our actions are looked at closely. */
export function checkWorkflows(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const ours = files.filter(({ jobs }) => jobs.some(usesUs));
  if (ours.length === 0)
    return [warn("workflows", "no workflow uses Trainyard", INIT), ...checkInjection(files, config)];
  return [
    ok(
      "workflows",
      some(
        ours.map(({ path }) => path.replace(".github/workflows/", "")),
        10,
      ),
    ),
    ...checkSchedule(ours, config),
    ...checkInjection(files, config),
    ...checkPins(ours),
    ...checkConcurrency(ours),
  ];
}

function checkSchedule(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const id = "drift-schedule";
  const watched = Object.entries(config?.models ?? {}).flatMap(([model, { drift }]) =>
    drift === undefined ? [] : [{ model, year: drift["runs-per-year"] }],
  );
  if (watched.length === 0) return [];
  const looking = files.filter(({ jobs }) =>
    jobs.some((job) => job.steps.some(({ action }) => action === "drift-check")),
  );
  const crons = looking.flatMap((file) => file.crons);
  const models = some(watched.map(({ model }) => model));
  if (crons.length === 0)
    return [warn(id, `nothing looks for drift of ${models} by a schedule`, `${INIT} --workflow drift-check`)];
  const firings = crons.map(firingsPerYear);
  const wrong = crons.find((_, index) => firings[index] === null);
  if (wrong !== undefined)
    return [fail(id, `${JSON.stringify(wrong)} is no schedule`, "Write five fields, like 17 5 * * 1")];
  const year = firings.reduce((sum: number, one) => sum + (one ?? 0), 0);
  const off = watched.filter((one) => Math.abs(year / one.year - 1) > TOLERANCE);
  const times = `${crons.join(" and ")} is ${Math.round(year)} times a year`;
  if (off.length === 0) return [ok(id, times)];
  return off.map((one) =>
    warn(
      id,
      `${times}, models.${one.model}.drift.runs-per-year is ${one.year}: its false alarms come ${(year / one.year).toFixed(1)} times as often as it says`,
      `Set runs-per-year: ${Math.round(year)}, or change the schedule.`,
    ),
  );
}

function checkInjection(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const id = "injection";
  const places: { where: string; text: string }[] = [];
  for (const file of files)
    for (const job of file.jobs)
      for (const { run, uses, with: given } of job.steps) {
        if (run !== null) places.push({ where: `${file.path}, job ${job.id}`, text: run });
        if (uses?.startsWith("actions/github-script@"))
          places.push({ where: `${file.path}, job ${job.id}`, text: String(given["script"] ?? "") });
      }
  const found = places.flatMap(({ where, text }) =>
    expressionsIn(text)
      .flatMap((expression) => expression.match(OUTSIDE) ?? [])
      .filter((name) => !HARMLESS.test(name))
      .map((name) =>
        fail(
          id,
          `${where}: a command has ${name} in it, which others write`,
          "Give it by `env:` and use the variable, in quotes.",
        ),
      ),
  );
  for (const [model, { train, evaluate }] of Object.entries(config?.models ?? {}))
    for (const text of [train.run, evaluate.predict ?? "", ...train.steps.map((step) => step.run)])
      if (text.includes("${{"))
        found.push(
          fail(
            id,
            `models.${model} has a command with \${{ in it`,
            "GitHub fills nothing in there, and what others write must not be part of a command.",
          ),
        );
  return found.length > 0 || places.length === 0 ? found : [ok(id, "no command has text of others in it")];
}

/** What stands between ${{ and }}. */
const expressionsIn = (text: string) =>
  text
    .split("${{")
    .slice(1)
    .map((part) => part.split("}}")[0] as string);

function checkPins(files: readonly WorkflowFile[]): Finding[] {
  const id = "pinned-actions";
  const loose = new Set<string>();
  let pinned = 0;
  for (const file of files)
    for (const job of file.jobs)
      for (const uses of [job.uses, ...job.steps.filter(({ action }) => action === null).map((step) => step.uses)]) {
        if (uses === null || uses.startsWith("./") || uses.startsWith("$/")) continue;
        if (/@[0-9a-f]{40}$|@sha256:[0-9a-f]{64}$/.test(uses)) pinned++;
        else loose.add(uses);
      }
  if (loose.size === 0) return [ok(id, `${pinned} uses of others' actions, each pinned to a commit`)];
  return [
    warn(
      id,
      `not pinned to a commit: ${some([...loose])}`,
      "Write the commit's 40 digits; a tag can be moved to other code.",
    ),
  ];
}

function checkConcurrency(files: readonly WorkflowFile[]): Finding[] {
  const id = "registry-writers";
  const found: Finding[] = [];
  let writers = 0;
  for (const file of files)
    for (const job of file.jobs) {
      if (!writesRegistry(job)) continue;
      writers++;
      const where = `${file.path}, job ${job.id}`;
      if (file.cancels !== false || job.cancels !== false)
        found.push(
          fail(
            id,
            `${where} writes the registry and may be cancelled by the next`,
            "Take cancel-in-progress out of its workflow; `queue: max` lets them wait.",
          ),
        );
      else if (!job.queues)
        found.push(
          warn(
            id,
            `${where} writes the registry and has no queue`,
            "Give it: concurrency: { group: trainyard-registry, queue: max }",
          ),
        );
    }
  return found.length > 0 || writers === 0 ? found : [ok(id, `${writers} jobs write the registry, none is dropped`)];
}

/**
 * Machines of one's own that a stranger's pull request could reach. A pull request brings its own copy of the workflow, so its lines are no guard:
 * the approval of the first run is.
 * @param open Whether anybody may open a pull request; null: nobody could say.
 * @param approval GitHub's word for whose runs wait for an approval; null: nobody could say.
 */
export function checkOwnRunners(
  files: readonly WorkflowFile[],
  open: boolean | null,
  approval: string | null,
): Finding[] {
  const id = "own-runners";
  const own = files
    .filter(({ jobs }) => jobs.some(usesOwnMachine))
    .map(({ path }) => path.replace(".github/workflows/", ""));
  if (own.length === 0 || open === false) return own.length === 0 ? [] : [ok(id, "the repository is private")];
  if (open && approval === "all_external_contributors")
    return [ok(id, "the repository is public; a stranger's run waits for an approval")];
  const todo = 'Settings → Actions → General → "Require approval for all external contributors".';
  if (open === null)
    return [unknown(id, `${some(own)} use machines of yours; whether the repository is public was not asked`, todo)];
  const found = `${some(own)} use machines of yours in a public repository`;
  if (approval === null) return [unknown(id, `${found}; whose runs wait for an approval could not be read`, todo)];
  return [fail(id, `${found}; approval: ${approval.replaceAll("_", " ")}`, todo)];
}
