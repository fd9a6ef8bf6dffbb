import type { Repository } from "./repository.ts";

/** What a story leaves in the repository: what people and tools see, without what differs from one run to the next (ids, digests, times, ports). */
export function endState(repository: Repository): string {
  const { server, runs } = repository;
  const { state } = server;
  const versions = repository.git("ls-tree", "-r", "--name-only", "trainyard/registry").split("\n");
  const document = {
    registry: versions,
    releases: state.releases.map(({ name, draft, latest, assets, body }) => ({
      name: name === null ? null : plain(name),
      draft,
      latest,
      assets: assets.length,
      lines: lines(body),
    })),
    comments: state.comments.map(({ issue, login, body }) => ({ issue, login, lines: lines(body) })),
    checks: state.checkRuns.map(({ name, status, conclusion, title, summary, text, annotations }) => ({
      name,
      status,
      conclusion,
      title,
      summary: lines(summary),
      text: lines(text),
      annotations: annotations.map(({ annotation_level: level, title: about, message }) => ({ level, about, message })),
    })),
    deployments: state.deployments.map(({ environment, production, description, payload, statuses }) => ({
      environment,
      production,
      description,
      payload: JSON.parse(plain(JSON.stringify(payload))),
      statuses: statuses.map(({ state: now, description: why }) => (why === "" ? now : plain(`${now}: ${why}`))),
    })),
    issues: state.issues.map(({ title, state: open, labels, body }) => ({
      title,
      state: open,
      labels,
      lines: lines(body),
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

const lines = (text: string | null): string[] => (text === null ? [] : plain(text).split("\n"));

/** Ids, digests, times and durations differ from run to run; everything else must not. */
function plain(text: string): string {
  return text
    .replaceAll(/https?:\/\/(?:github\.localhost|127\.0\.0\.1):\d+/g, "<github>")
    .replaceAll(/\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC/g, "<time>")
    .replaceAll(/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*(?:Z| UTC)?)?/g, "<time>")
    .replaceAll(/[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}/g, "<digest>")
    .replaceAll(/`[0-9a-f]{7,16}`/g, "`<digest>`") // a short commit may be digits alone
    .replaceAll(/\{"code":"[0-9a-f]{7}"\}/g, '{"code":"<digest>"}') // the same, in the comment's mark
    .replaceAll(/"id":\d+/g, '"id":"<id>"') // a run's, in the comment's mark
    .replaceAll(/\b[0-9a-f]{7,16}…/g, "<digest>")
    .replaceAll(/\| hardware \|.*/g, "| hardware | <machine> |")
    .replaceAll(/\b(run(?: \|)?) [0-9a-f]{12}\b/g, "$1 <digest>")
    .replaceAll(/\b([Rr]un) \d{4}\b/g, "$1 <id>")
    .replaceAll(/\/(runs|artifacts|jobs)\/\d+/g, "/$1/<id>")
    .replaceAll(/\\#\u2060\d+/g, "\\#\u2060<id>") // a run's, in a link
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s|min)(?: \d+ s)?\b/g, "<duration>");
}
