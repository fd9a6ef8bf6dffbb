import type { Repository } from "./repository.ts";

/** What a story leaves in the repository: what people and tools see, without what differs from one run to the next (ids, digests, times, ports). */
export function endState(repository: Repository): string {
  const { server, runs } = repository;
  const { state } = server;
  const versions = repository.git("ls-tree", "-r", "--name-only", "trainyard/registry").split("\n");
  const document = {
    registry: versions,
    releases: state.releases.map(({ name, draft, latest, assets }) => ({ name, draft, latest, assets: assets.length })),
    comments: state.comments.map(({ issue, login, body }) => ({ issue, login, lines: plain(body).split("\n") })),
    checks: state.checkRuns.map(({ name, status, conclusion, title }) => ({ name, status, conclusion, title })),
    deployments: state.deployments.map(({ environment, production, description, statuses }) => ({
      environment,
      production,
      description,
      statuses: statuses.map((one) => one.state),
    })),
    issues: state.issues.map(({ title, state: open, labels, body }) => ({
      title,
      state: open,
      labels,
      lines: plain(body).split("\n"),
    })),
    dispatches: state.dispatches.map((one) =>
      one.kind === "workflow_dispatch"
        ? { kind: one.kind, workflow: one.workflow, inputs: one.inputs }
        : { kind: one.kind },
    ),
    runs: runs.map(({ workflow, outcome }) => ({
      workflow,
      conclusion: outcome.conclusion,
      jobs: Object.fromEntries(Object.entries(outcome.jobs).map(([id, { result }]) => [id, result])),
    })),
  };
  return `${JSON.stringify(document, null, 1)}\n`.replaceAll(/[0-9a-f]{32,64}/g, "<digest>");
}

/** Ids, digests, times and durations differ from run to run; everything else must not. */
function plain(text: string): string {
  return text
    .replaceAll(/https?:\/\/(?:github\.localhost|127\.0\.0\.1):\d+/g, "<github>")
    .replaceAll(/\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC/g, "<time>")
    .replaceAll(/\d{4}-\d\d-\d\dT?[ \d:.]*Z?(?: UTC)?/g, "<time>")
    .replaceAll(/[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}/g, "<digest>")
    .replaceAll(/`[0-9a-f]{7,16}`/g, "`<digest>`") // a short commit may be digits alone
    .replaceAll(/\{"code":"[0-9a-f]{7}"\}/g, '{"code":"<digest>"}') // the same, in the comment's mark
    .replaceAll(/"id":\d+/g, '"id":"<id>"') // a run's, in the comment's mark
    .replaceAll(/\b[0-9a-f]{7,16}…/g, "<digest>")
    .replaceAll(/\/(runs|artifacts|jobs)\/\d+/g, "/$1/<id>")
    .replaceAll(/#?\b1\d{3}\b(?=[^,%\d]|$)/g, "<id>")
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s|min)\b/g, "<duration>");
}
