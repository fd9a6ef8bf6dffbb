/** Refusals about GitHub: what it did not allow, and what it answered. */
export const githubRefusals = {
  GITHUB_FORBIDDEN: (d: { what: string; said: string; permissions: readonly string[] }) => [
    `GitHub did not allow ${d.what}: ${d.said}`,
    d.permissions.length === 0
      ? "Check that the job's token is valid and what its `permissions:` grant; docs/github.md lists what each action needs."
      : `Give the job these permissions:\n  permissions:\n${d.permissions.map((line) => `    ${line}`).join("\n")}`,
  ],
  GITHUB_LIMIT: (d: { until: string | null }) => [
    `GitHub takes no more requests for now${d.until === null ? "" : ` (until ${d.until})`}. What was done so far stays.`,
    "Run the job again later; it goes on where it stopped.",
  ],
  GITHUB_ANSWER: (d: { what: string; problem: string }) => [
    `GitHub's answer to ${d.what} cannot be used: ${d.problem}`,
    "Run it again; when it comes again, report it with this text.",
  ],
  ARTIFACTS_UNAVAILABLE: (d: { what: string }) => [
    `${d.what} does not work here: this server has no artifacts of the kind that is needed (GitHub Enterprise Server has none).`,
    "Give every action `store: /FOLDER`, one that all runners of these jobs have; docs/github.md says more.",
  ],
  BUNDLE_GONE: (d: { what: string; reason: string }) => [
    `The run bundle ${d.what} cannot be had: ${d.reason}.`,
    "Run the job that trains again; artifacts expire, and a run that was deleted takes them along.",
  ],
  BUNDLE_FOREIGN: (d: { run: string; field: string; expected: string; got: string }) => [
    `Run ${d.run} was not made for this: its record says ${d.field} ${d.got}, and GitHub says ${d.expected}.`,
    "Hand over the output `bundle` of this workflow's own train; if that is what you did, look at who wrote the artifact.",
  ],
  NO_BUNDLE: (d: { run: string; missing: readonly string[] }) => [
    d.missing.length === 0
      ? `Workflow run ${d.run} handed on no run to judge, and nobody said which models it was to train.`
      : `Workflow run ${d.run} handed on no run of ${d.missing.join(", ")}.`,
    d.missing.length === 0
      ? "Look at the job that trains. Where it is right that nothing is judged, give evaluate `models`: the output `matrix` of plan."
      : "Its training did not end well: the log of the job that trains it says why.",
  ],
  BRANCH_PROTECTED: (d: { branch: string; said: string }) => [
    `A rule of the repository forbids the commit on ${d.branch}: ${d.said}. Nothing was written.`,
    `Take ${d.branch} out of the rule that forbids it, or out of branch protection. What it keeps well: no deletion, no force push, linear history, signed commits; not pull requests, nor checks. docs/registry.md, "On GitHub".`,
  ],
  COMMIT_TOO_LARGE: (d: { bytes: number; said: string }) => [
    `GitHub did not take a commit of ${d.bytes} bytes: ${d.said}. Nothing was written.`,
    "Write less at once: split the batch into several.",
  ],
  REPOSITORY_EMPTY: (d: { repository: string }) => [
    `${d.repository} has no commit yet, and GitHub takes no branch there before it has one. Nothing was written.`,
    "Push your code first; then run this again.",
  ],
  EVENT_INVALID: (d: { event: string; problem: string }) => [
    `The event ${d.event} that started this workflow does not say what it should: ${d.problem}`,
    "Start it by pull_request, merge_group, push, workflow_run, workflow_dispatch or schedule, as the templates do.",
  ],
  PULL_REQUEST_UNKNOWN: (d: { sha: string; found: readonly number[] }) => [
    d.found.length === 0
      ? `No open pull request has ${d.sha} as its newest commit: it was closed, or pushed to since. Nothing was said.`
      : `Commit ${d.sha} is offered to several branches (pull requests ${d.found.join(", ")}), none of them the default one. Nothing was said.`,
    d.found.length === 0
      ? "Nothing is to be done: the newer commit gets its own verdict."
      : "Close all but one of these pull requests, or give each a commit of its own.",
  ],
  COMMENT_REFUSED: (d: { login: string; problem: string }) => [
    `The comment of ${d.login} starts no deployment: ${d.problem}.`,
    "Who may write to the repository asks: in a comment on a pull request that is open or was merged, or by hand under Actions → model-promote.",
  ],
  RETRAIN_WORKFLOW: (d: { workflow: string; ref: string; problem: string }) => [
    `The workflow ${d.workflow} of ${d.ref} cannot be started: ${d.problem}. Nothing was started.`,
    "Add it from workflows-templates/retrain.yml: it needs `on: workflow_dispatch` with the inputs model and drift-event, on the default branch.",
  ],
  ISSUES_OFF: (d: { repository: string }) => [
    `Issues are turned off in ${d.repository}, so there is nowhere to tell of drift.`,
    "Turn issues on in the repository's settings, or set drift.on-drift to report or retrain.",
  ],
  RELEASE_REFUSED: (d: { tag: string; said: string }) => [
    `GitHub did not take the release ${d.tag}: ${d.said === "" ? "others wrote it all the while" : d.said}. The registry was not written.`,
    "Let the job's token make tags that begin with `ty-` (Settings → Rules → Rulesets), and run it again: what was uploaded is in a draft and stays.",
  ],
  ASSET_OTHER: (d: { tag: string; expected: string; got: string }) => [
    `Somebody changed an asset of the release ${d.tag}: ${d.expected} is expected, ${d.got} is there. The registry was not written.`,
    "Find out who did that. Then delete that asset on the release's page, and run it again: the bytes are uploaded anew.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
