import { spawn } from "node:child_process";
import { TrainyardError } from "@trainyard/core";
import { processTree, signalAll } from "./process-tree.ts";

/** What git and its children get to end after a timeout; then they are killed and nobody waits for them. */
const END_MILLISECONDS = 1_000;

/** What git must not inherit: variables that point it at another repository, index or object store than the folder it is started in. */
const MISLEADING = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "GIT_EXTERNAL_DIFF",
  "GIT_TRACE",
  "GIT_TRACE2",
  "GIT_TRACE2_EVENT",
  // These print headers, and with them a token.
  "GIT_TRACE_CURL",
  "GIT_TRACE_REDACT",
  "GIT_CURL_VERBOSE",
];

/** Settings of the user that would run programs of theirs or change what git prints. */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "push.gpgSign=false",
  "color.ui=false",
];

/** The environment git runs in: the user's (credentials, proxies, safe.directory), English, quiet, without replaced objects. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of MISLEADING) delete environment[name];
  return {
    ...environment,
    LC_ALL: "C",
    LANGUAGE: "",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
  };
}

/** Arguments before the command. */
export const gitArguments: readonly string[] = ["--no-pager", ...SETTINGS.flatMap((setting) => ["-c", setting])];

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  /** For its standard input. */
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds after which it and its children are stopped, a second later by force; the code is then 124. */
  readonly timeout?: number;
}

/** Runs git in a folder and waits for its end, whichever way. @throws GIT_MISSING */
export function runGit(folder: string, words: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...gitArguments, ...words], {
      cwd: folder,
      env: { ...gitEnvironment(), ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let late = false;
    let timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            const tree = child.pid === undefined ? [] : processTree(child.pid);
            signalAll(tree, "SIGTERM"); // git takes its locks away
            timer = setTimeout(() => {
              signalAll(tree, "SIGKILL");
              // Its children hold the pipes open, and `close` waits for them: one that cannot be ended holds nobody up.
              child.stdout.destroy();
              child.stderr.destroy();
              child.unref();
              done(null, null);
            }, END_MILLISECONDS);
          }, options.timeout);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => {}); // it ended before it read everything: its code and words say why
    child.stdin.end(options.input ?? "");
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(gitMissing(folder, error));
    });
    const done = (code: number | null, signal: NodeJS.Signals | null) => {
      clearTimeout(timer);
      const stderr = Buffer.concat(err).toString();
      resolve({
        code: late ? 124 : (code ?? 128),
        stdout: Buffer.concat(out).toString(),
        stderr: late
          ? `${stderr}it gave no answer in ${(options.timeout ?? 0) / 1000} s`
          : signal === null
            ? stderr
            : `${stderr}it was stopped by ${signal}`,
      });
    };
    child.on("close", (code, signal) => {
      if (!late) done(code, signal); // else its children may still run: they are waited for and killed
    });
  });
}

/** Runs git; its output when it succeeds. @throws GIT_MISSING, GIT_FAILED */
export async function git(folder: string, words: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await runGit(folder, words, options);
  if (result.code !== 0) throw gitFailed(words, result);
  return result.stdout;
}

export function gitFailed(words: readonly string[], { code, stderr }: GitResult): TrainyardError {
  return new TrainyardError("GIT_FAILED", {
    command: `git ${words.join(" ")}`,
    problem: lastWords(stderr) || `it ended with ${code}`,
  });
}

/** The refusal of a git that cannot be started; a folder that does not exist looks the same to spawn. */
export function gitMissing(folder: string, error: NodeJS.ErrnoException): TrainyardError {
  return new TrainyardError(
    "GIT_MISSING",
    { problem: error.code === "ENOENT" ? `there is no git on PATH (or no folder ${folder})` : error.message },
    { cause: error },
  );
}

/** What git said, on one line without its prefixes. */
export function lastWords(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(/^(?:fatal|error|warning|remote|hint): ?/, "").trim())
    .filter((line) => line !== "");
  return lines.slice(-3).join("; ").slice(0, 500).replace(/\.$/, "");
}

export interface Repository {
  /** Absolute; the repository's own folder, shared by its worktrees. */
  readonly commonFolder: string;
  /** Absolute; where loose objects go. */
  readonly objects: string;
  readonly hash: "sha1" | "sha256";
}

/** The repository a folder lies in. Worktrees, bare repositories and shallow clones count. @throws GIT_MISSING, NO_REPOSITORY, REPOSITORY_UNTRUSTED, GIT_FAILED */
export async function findRepository(folder: string): Promise<Repository> {
  const words = [
    "rev-parse",
    "--path-format=absolute",
    "--git-common-dir",
    "--git-path",
    "objects",
    "--show-object-format",
  ];
  const result = await runGit(folder, words);
  if (result.code !== 0) {
    if (result.stderr.includes("not a git repository")) throw new TrainyardError("NO_REPOSITORY", { folder });
    const untrusted = /detected dubious ownership in repository at '[^']*'/.exec(result.stderr)?.[0];
    if (untrusted !== undefined) throw new TrainyardError("REPOSITORY_UNTRUSTED", { folder, problem: untrusted });
    throw gitFailed(words, result);
  }
  const [commonFolder, objects, hash] = result.stdout.split("\n") as [string, string, string];
  return { commonFolder, objects, hash: hash === "sha256" ? "sha256" : "sha1" };
}
