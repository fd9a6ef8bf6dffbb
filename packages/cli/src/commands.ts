import type { Command } from "./command.ts";

/**
 * A word that may follow `trainyard`. What it needs is loaded when it is asked for: the overview must not wait for statistics, nor `list` for
 * the schemas of a training.
 */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: "Start" | "The loop" | "Look" | "Change";
  /** It looks at the registry first of all: git is asked while the command's code is loaded. */
  readonly opensRegistry?: true;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "init",
    group: "Start",
    summary: "write trainyard.yaml for this project",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "doctor",
    group: "Start",
    summary: "what is missing, here and on GitHub, and what to do about it",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "plan",
    group: "Start",
    summary: "which models a change touches, as the matrix of a workflow",
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    name: "train",
    group: "The loop",
    summary: "run the training, keep what went in and what came out",
    load: async () => (await import("./commands/train.ts")).train,
  },
  {
    name: "predict",
    group: "The loop",
    summary: "score rows with a version's or a run's files",
    load: async () => (await import("./commands/predict.ts")).predict,
  },
  {
    name: "evaluate",
    group: "The loop",
    summary: "is the candidate better than the baseline, beyond noise?",
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  },
  {
    name: "register",
    group: "The loop",
    summary: "make a run that passed its gates a version",
    opensRegistry: true,
    load: async () => (await import("./commands/register.ts")).register,
  },
  {
    name: "deploy",
    group: "The loop",
    summary: "put a version live: verify, stage, switch, smoke-test, or roll back",
    load: async () => (await import("./commands/deploy.ts")).deploy,
  },
  {
    name: "rollback",
    group: "The loop",
    summary: "go back to the version that was live before",
    load: async () => (await import("./commands/rollback.ts")).rollback,
  },
  {
    name: "drift-check",
    group: "The loop",
    summary: "does production still see what its model was judged on?",
    load: async () => (await import("./commands/drift-check.ts")).driftCheck,
  },
  {
    name: "list",
    group: "Look",
    summary: "versions and the aliases that point at them",
    opensRegistry: true,
    load: async () => (await import("./commands/list.ts")).list,
  },
  {
    name: "show",
    group: "Look",
    summary: "one version: what it is, how it was judged, where it is live",
    opensRegistry: true,
    load: async () => (await import("./commands/show.ts")).show,
  },
  {
    name: "resolve",
    group: "Look",
    summary: "which version and which bytes a name means, in one line",
    opensRegistry: true,
    load: async () => (await import("./commands/resolve.ts")).resolve,
  },
  {
    name: "download",
    group: "Look",
    summary: "a version's files into a folder, from here or from GitHub",
    opensRegistry: true,
    load: async () => (await import("./commands/download.ts")).download,
  },
  {
    name: "search",
    group: "Look",
    summary: "versions by metrics, parameters, aliases, dates",
    opensRegistry: true,
    load: async () => (await import("./commands/search.ts")).search,
  },
  {
    name: "history",
    group: "Look",
    summary: "who did what, when and why",
    opensRegistry: true,
    load: async () => (await import("./commands/history.ts")).history,
  },
  {
    name: "diff",
    group: "Look",
    summary: "what differs between two versions: metrics, parameters, data, code, files",
    opensRegistry: true,
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  {
    name: "profile",
    group: "Look",
    summary: "what a table looks like, as a small JSON to compare with later",
    load: async () => (await import("./commands/profile.ts")).profile,
  },
  {
    name: "verify",
    group: "Look",
    summary: "read everything again: the log, every digest, every byte",
    opensRegistry: true,
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  {
    name: "alias",
    group: "Change",
    summary: "point a name at a version",
    opensRegistry: true,
    load: async () => (await import("./commands/alias.ts")).alias,
  },
  {
    name: "note",
    group: "Change",
    summary: "write a sentence into the history",
    opensRegistry: true,
    load: async () => (await import("./commands/note.ts")).note,
  },
  {
    name: "withdraw",
    group: "Change",
    summary: "say that a version must not be used any more",
    opensRegistry: true,
    load: async () => (await import("./commands/withdraw.ts")).withdraw,
  },
  {
    name: "transact",
    group: "Change",
    summary: "several of these in one commit, or none",
    opensRegistry: true,
    load: async () => (await import("./commands/transact.ts")).transact,
  },
  {
    name: "policy",
    group: "Change",
    summary: "what must be true before an alias may move; show it, set it",
    opensRegistry: true,
    load: async () => (await import("./commands/policy.ts")).policy,
  },
  {
    name: "attest",
    group: "Change",
    summary: "keep a signed statement about a version beside it",
    opensRegistry: true,
    load: async () => (await import("./commands/attest.ts")).attest,
  },
  {
    name: "restore",
    group: "Change",
    summary: "put back lost or damaged bytes from another copy",
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  {
    name: "gc",
    group: "Change",
    summary: "what in the store belongs to nothing; with --prune, take it away",
    load: async () => (await import("./commands/gc.ts")).gc,
  },
  {
    name: "import",
    group: "Change",
    summary: "bring versions and aliases from another registry: gto, mlflow, dvc",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "mirror",
    group: "Change",
    summary: "write versions and aliases as GTO's tags, for those who go on with it",
    opensRegistry: true,
    load: async () => (await import("./commands/mirror.ts")).mirror,
  },
];
