/** Refusals of the registry: register, alias, withdraw, history. */
export const registerRefusals = {
  EVALUATION_MISSING: (d: { run: string }) => [
    `Run ${d.run} was not evaluated.`,
    "Judge it first: `trainyard evaluate`.",
  ],
  EVALUATION_OTHER: (d: { run: string; evaluated: string }) => [
    `The evaluation judges other bytes (${d.evaluated}) than those of run ${d.run}.`,
    "Evaluate this run again.",
  ],
  PREDICTIONS_UNKEPT: (d: { run: string; problem: string }) => [
    `The predictions of run ${d.run} cannot be kept for later comparisons: ${d.problem}.`,
    "If trainyard.yaml changed since the run was judged, evaluate it again, then register it.",
  ],
  OVERRIDE_REASON: (_d: Record<string, never>) => [
    "--override needs a reason.",
    'Say why: --override --reason "…". It is recorded.',
  ],
  VERSION_UNKNOWN: (d: { model: string; version: string }) => [
    `${d.model} has no version ${d.version}.`,
    `See what there is: \`trainyard list ${d.model}\`.`,
  ],
  ALIAS_UNKNOWN: (d: { model: string; alias: string; known: readonly string[] }) => [
    `${d.model} has no alias "${d.alias}".`,
    d.known.length === 0
      ? "No alias is set yet."
      : `Aliases: ${d.known.slice(0, 20).join(", ")}${d.known.length > 20 ? ` and ${d.known.length - 20} more` : ""}.`,
  ],
  ALIAS_IS_ENVIRONMENT: (d: { alias: string; remove?: boolean }) => [
    `"${d.alias}" is an environment: its alias is moved only by deploying.`,
    d.remove === true
      ? `It says what is live there. If nothing is any more, take ${d.alias} out of \`deploy:\` in trainyard.yaml and run this again.`
      : `Use \`trainyard deploy MODEL@VERSION --environment ${d.alias}\`.`,
  ],
  ALIAS_MOVED: (d: { model: string; alias: string; expected: string; got: string }) => [
    `${d.model}@${d.alias}: expected ${d.expected}, found ${d.got}. Nothing was written.`,
    `Look at what happened (\`trainyard history ${d.model}\`) and decide again.`,
  ],
  VERSION_WITHDRAWN: (d: { model: string; version: number; reason: string }) => [
    `${d.model} v${d.version} was withdrawn: ${d.reason}.`,
    "Choose another version.",
  ],
  REGISTRY_EMPTY: (d: { model: string; nearest: string | null; known?: readonly string[] }) => [
    `The registry has no version of ${d.model} yet.${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    d.known === undefined || d.known.length === 0
      ? "Train, evaluate and register first."
      : `It has ${d.known.slice(0, 20).join(", ")}${d.known.length > 20 ? ` and ${d.known.length - 20} more models` : ""}; a version is named MODEL@VERSION. For a new model train, evaluate and register first.`,
  ],
  VERSIONS_WITHDRAWN: (d: { model: string }) => [
    `Every version of ${d.model} was withdrawn.`,
    `Register a new one, or name one by its number: \`trainyard list ${d.model}\` says why each was withdrawn.`,
  ],
  NO_DATA_KEPT: (d: { model: string; version: number }) => [
    `No data was kept with ${d.model} v${d.version}.`,
    "Leave --data out. To keep the data of the next versions: data: [{ path: data/train.csv, keep: true }] under train in trainyard.yaml.",
  ],
  REGISTRY_CONFLICT: (d: { model: string }) => [
    `Another job wrote to the registry of ${d.model} first. Nothing was written.`,
    "Run the job again.",
  ],
  REGISTRY_BUSY: (d: { tries: number; seconds: number }) => [
    `The registry was written by others ${d.tries} times in ${d.seconds} s while this job tried. Nothing was written.`,
    "Run the job again.",
  ],
  REGISTRY_DAMAGED: (d: { where: string; problem: string; seen?: string }) => [
    `The registry branch was changed by hand or damaged at ${d.where}: ${d.problem}.`,
    d.seen === undefined
      ? "Run `trainyard verify` to see all of it. Then set the branch back: `git reflog refs/heads/trainyard/registry` lists where it was, `git update-ref refs/heads/trainyard/registry COMMIT` sets it; another clone has it too."
      : `Bring the branch forward again with git. Or, where it was set back on purpose, accept that: \`git update-ref -d ${d.seen}\`, then \`trainyard verify\`.`,
  ],
  REGISTRY_FUTURE: (d: { format: number; known: number }) => [
    `The registry has format ${d.format}; this Trainyard knows up to ${d.known}.`,
    `Install a newer Trainyard, one that knows format ${d.format}. Nothing was read or written.`,
  ],
  REGISTRY_ON_ORIGIN: (d: {
    remote: string;
    versions: number;
    /** This clone's own branch is a registry that origin does not have. */
    own?: boolean;
  }) => [
    `This clone reads the registry of its ${d.remote} (${d.versions} ${d.versions === 1 ? "version" : "versions"}), and was not told where to write. Nothing was written.`,
    `Use --push to write to ${d.remote}, for everybody. Or --local for ${d.own === true ? "this clone's own registry (branch trainyard/registry), another one" : "another registry, of this clone alone"}, which is never merged.`,
  ],
  REMOTE_MISSING: (d: { remote: string }) => [
    `--push writes to the remote called ${d.remote}, and this repository has none. Nothing was written.`,
    `Add it: \`git remote add ${d.remote} URL\`. Without --push the registry stays in this repository.`,
  ],
  REGISTRY_UNPUBLISHED: (d: { remote: string }) => [
    `${d.remote} has no registry: tags there would stand for versions that nobody else can see. Nothing was written.`,
    `Bring this clone's registry there first: \`git push ${d.remote} trainyard/registry\`.`,
  ],
  GIT_FAILED: (d: { command: string; problem: string }) => [
    `\`${d.command}\` failed: ${d.problem}.`,
    "Run that command yourself to see more; `git fsck` checks the repository.",
  ],
  REGISTRY_LOCKED: (d: { path: string; seconds: number }) => [
    `The registry branch is locked by ${d.path}, for ${d.seconds} s now: a git process holds it, or died holding it. Nothing was written.`,
    "If no git process is running here, remove that file and run again.",
  ],
  VERSION_IN_USE: (d: { model: string; version: number; environments: readonly string[] }) => [
    `${d.model} v${d.version} is live in ${d.environments.join(", ")}. Nothing was written.`,
    "Deploy another version there first; then withdraw this one.",
  ],
  TEXT_TOO_LONG: (d: {
    what: string;
    bytes: number;
    limit: number;
    /** Which event of its transaction, from 0. */
    index?: number;
  }) => [
    `${d.what} has ${d.bytes} bytes; ${d.limit} is the most. Nothing was written.`,
    "Shorten the text; long explanations belong into a file of the repository.",
  ],
  GARBAGE_UNSURE: (d: { what: string; problem: string; count: number }) => [
    `What ${d.count === 1 ? "a document names" : `${d.count} documents name`} is not known: ${d.what}. ${d.problem} Nothing was removed.`,
    "Bring it back first: `trainyard restore --from` another copy of the store.",
  ],
  GC_BUSY: (d: { repository: string; tag: string }) => [
    `Another \`gc\` takes away releases of ${d.repository}, or was killed while it did: the tag ${d.tag} is there. Nothing was removed.`,
    "Run it again later. A tag that is older than an hour is taken for left behind.",
  ],
  GARBAGE_ALL: (d: { repository: string; blobs: number }) => [
    `${d.repository} has no registry, so nothing says what its releases are needed for: expected a branch trainyard/registry, got none, and ${d.blobs} blobs in releases. Nothing was removed.`,
    "If the branch was deleted, push it again from a clone that has it: `git push origin refs/remotes/origin/trainyard/registry:refs/heads/trainyard/registry`. If there never was one, delete the releases whose tags begin with ty- by hand.",
  ],
  STORE_ELSEWHERE: (d: { path: string }) => [
    `The store ${d.path} lies outside this project: another project may keep its bytes there too. Nothing was removed.`,
    "If no other project uses it, say so: --sole-user.",
  ],
  ALIASES_TOO_MANY: (d: {
    model: string;
    limit: number;
    /** Which event of its transaction, from 0. */
    index?: number;
  }) => [
    `${d.model} would have more than ${d.limit} aliases at the same time. Nothing was written.`,
    `Take away those that nobody needs: \`trainyard alias ${d.model}@VERSION ALIAS --remove\`; what happened to them stays in the history.`,
  ],
  MODELS_TOO_MANY: (d: { models: number; limit: number }) => [
    `The registry has ${d.models} models; ${d.limit} is the most. Nothing was written.`,
    "Keep other models in a repository of their own; versions of one model are not limited.",
  ],
  POLICY_FORBIDS: (d: {
    what: string;
    rule: string;
    got: string;
    todo: string;
    /** Which event of its transaction, from 0. */
    index?: number;
  }) => [`The registry's policy forbids ${d.what}: ${d.rule}; ${d.got}.`, d.todo],
  POLICY_IMPOSSIBLE: (d: { model: string | null; alias: string; problem: string }) => [
    `By this policy no version${d.model === null ? "" : ` of ${d.model}`} could ever hold ${d.alias}: ${d.problem}. Nothing was written.`,
    "Change the policy's file and set it again.",
  ],
  ATTESTATION_INVALID: (d: { source: string; got: string }) => [
    `${d.source} is not an attestation: expected a Sigstore bundle, a DSSE envelope or an in-toto Statement (JSON), got ${d.got}. Nothing was written.`,
    "Give the file that `actions/attest`, `cosign attest-blob --bundle` or `model_signing sign` wrote; of a `.jsonl` one line.",
  ],
  ATTESTATION_OTHER: (d: {
    source: string;
    model: string;
    version: number;
    expected: string;
    subjects: readonly string[];
  }) => [
    `${d.source} speaks of other bytes than ${d.model} v${d.version}: expected the subject ${d.expected}, got ${d.subjects.slice(0, 3).join(", ")}${d.subjects.length > 3 ? ` and ${d.subjects.length - 3} more` : ""}. Nothing was written.`,
    "Attest the version's root digest (`trainyard show` prints it): that of OpenSSF model signing over the version's files.",
  ],
  BATCH_LINE: (d: { line: number; code: string | null; problem: string; hint: string }) => [
    `Line ${d.line}: ${d.problem.replace(/ Nothing was written\.$/, "")} Nothing of the batch was written.`,
    d.hint,
  ],
  BATCH_EMPTY: (_d: Record<string, never>) => [
    "The batch has no operation in it.",
    'Write one a line, for example {"op":"note","model":"churn","text":"…"}.',
  ],
  BATCH_TOO_LONG: (d: { operations: number; limit: number }) => [
    `The batch has ${d.operations} operations; ${d.limit} is the most in one commit. Nothing was written.`,
    "Split the file.",
  ],
  QUERY_INVALID: (d: { position: number; expected: string; got: string; nearest: string | null }) => [
    `The expression cannot be read at character ${d.position}: expected ${d.expected}, got ${d.got}.${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    "Write for example: roc_auc > 0.8 and (stage = staging or not params.window = 28d).",
  ],
  IMPORT_SOURCE: (d: { from: string; problem: string; todo: string }) => [
    `${d.from} cannot be imported: ${d.problem}. Nothing was written.`,
    d.todo,
  ],
  REGISTRY_READ_ONLY: (d: { problem: string }) => [
    `The registry could not be written: ${d.problem}. Nothing was written.`,
    "Check that you may write to the repository's .git folder.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
