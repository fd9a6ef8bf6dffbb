import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Exit, type Processes, type RunCommand, TrainyardError } from "@trainyard/core";
import { errorCode } from "../local/file-refusals.ts";
import { noteProcess } from "../local/left-behind.ts";
import { commandEnvironment } from "./environment.ts";
import { findProgram } from "./find-program.ts";
import { LogFile } from "./log-file.ts";
import { Mask } from "./mask.ts";
import { OutputLines } from "./output-lines.ts";
import { ProcessGroup } from "./process-group.ts";
import { splitCommand } from "./split-command.ts";
import { Spool } from "./spool.ts";
import { neverStop, type Stop } from "./stop.ts";

export interface ProcessOptions {
  /** Where commands run: the folder of trainyard.yaml. */
  readonly folder: string;
  /** What we see ourselves; commands see a part of it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly stop?: Stop;
  /** Seconds from SIGTERM to SIGKILL when a stop is asked for: time to write a checkpoint. */
  readonly grace?: number;
}

const GRACE_SECONDS = 240;
/** What a command that ended by itself leaves running gets as long to end, in milliseconds. */
const LEFTOVER_MS = 2000;
const POLL_MS = 50;
const TAIL_LINES = 20;

/**
 * Runs commands, each as the leader of a process group of its own, without a terminal, its output in a file. On a stop the group gets SIGTERM
 * (never SIGINT: trainers save a checkpoint on the one and die on the other), and SIGKILL after the grace. When `run` resolves, nothing
 * of the group runs any more.
 */
export function localProcesses(options: ProcessOptions): Processes {
  return { run: (command) => runCommand(command, options) };
}

/** @throws COMMAND_NOT_FOUND, DISK_FULL */
async function runCommand(command: RunCommand, options: ProcessOptions): Promise<Exit> {
  const { environment: ours = process.env, stop = neverStop, grace = GRACE_SECONDS } = options;
  const folder = command.folder ?? options.folder;
  const { environment, secrets } = commandEnvironment(ours, command.passOn, command.environment);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  if (stop.asked.aborted) return { code: null, signal: null, stopped: true, seconds: 0, tail: [] };

  const words = programOf(command, [...new Set([folder, options.folder])], environment.PATH ?? "");
  const output = new Output(command, secrets);
  try {
    const child = await started(command, words, { folder, environment, file: output.file });
    const group = new ProcessGroup(child.pid as number);
    const killGroup = () => group.signal("SIGKILL");
    process.on("exit", killGroup); // somebody's process.exit, or a bug
    const forget = noteProcess(command.log, child.pid as number); // for the one case in which nobody can kill the group: we are killed
    try {
      const { code, signal } = await finished(child, group, { stop, grace, output });
      const stopped = stop.asked.aborted;
      output.drain();
      const missing = words.shell && code === 127 ? missingProgram(output.tail) : null;
      if (missing !== null && !stopped)
        throw new TrainyardError("COMMAND_NOT_FOUND", { command: missing, step: command.step });
      return { code, signal, stopped, seconds: seconds(), tail: output.tail };
    } finally {
      process.off("exit", killGroup);
      forget();
    }
  } finally {
    output.close();
  }
}

/**
 * What to start: the command itself, or a shell with it.
 * @param folders Where it runs; then where else a program may lie: a virtual environment is in no commit.
 * @throws COMMAND_NOT_FOUND
 */
function programOf(
  { command, step }: RunCommand,
  folders: readonly string[],
  path: string,
): { file: string; args: string[]; shell: boolean } {
  const words = splitCommand(command);
  const [folder = ""] = folders;
  if (words !== null) {
    const [word = "", ...rest] = words;
    const found = folders.map((one) => findProgram(word, one, path));
    const program = found.find((one) => "path" in one) ?? found[0];
    if (program === undefined || "problem" in program)
      throw new TrainyardError("COMMAND_NOT_FOUND", { command: program?.problem ?? word, step });
    // Python finds its environment by the name it is called by, seen from where it runs.
    return { file: program.path, args: [program === found[0] ? word : program.path, ...rest], shell: false };
  }
  const bash = findProgram("bash", folder, path);
  if ("path" in bash) {
    return {
      file: bash.path,
      args: ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", command],
      shell: true,
    };
  }
  return { file: "/bin/sh", args: ["sh", "-e", "-c", command], shell: true };
}

async function started(
  { command, step }: RunCommand,
  { file, args }: { file: string; args: string[] },
  { folder, environment, file: log }: { folder: string; environment: Record<string, string>; file: number },
): Promise<ChildProcess> {
  const child = spawn(file, args.slice(1), {
    argv0: args[0],
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", log, log],
  });
  try {
    await once(child, "spawn");
    return child;
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT" && errorCode(cause) !== "EACCES") throw cause;
    const text = `${args[0] ?? command}, or the interpreter its first line names,`;
    throw new TrainyardError("COMMAND_NOT_FOUND", { command: text, step }, { cause });
  }
}

/** Waits for the leader and then for its group, reading what they print and passing a stop on. */
async function finished(
  child: ChildProcess,
  group: ProcessGroup,
  { stop, grace, output }: { stop: Stop; grace: number; output: Output },
): Promise<{ code: number | null; signal: string | null }> {
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const poll = setInterval(() => output.readSafely(), POLL_MS);
  let killTimer: NodeJS.Timeout | undefined;
  let askedAt = 0;
  const ask = () => {
    askedAt = performance.now();
    group.signal("SIGTERM");
    group.signal("SIGCONT");
    killTimer = setTimeout(kill, grace * 1000);
  };
  const kill = () => void group.signal("SIGKILL");
  stop.asked.addEventListener("abort", ask, { once: true });
  stop.now.addEventListener("abort", kill, { once: true });
  if (stop.asked.aborted) ask(); // it was asked for while the command started
  try {
    const [code, signal] = await exit;
    if (stop.asked.aborted) {
      // A shell dies of SIGTERM at once while the training it started still saves: the grace is the group's.
      const left = grace * 1000 - (performance.now() - askedAt);
      await group.gone(Math.max(0, left), stop.now);
    }
    await group.end(stop.asked.aborted ? 0 : LEFTOVER_MS, stop.now);
    return { code, signal };
  } finally {
    stop.asked.removeEventListener("abort", ask);
    stop.now.removeEventListener("abort", kill);
    clearTimeout(killTimer);
    clearInterval(poll);
    output.rethrow();
  }
}

/** From where the command writes: masked, to the log, and in lines to who listens. */
class Output {
  readonly #spool: Spool;
  readonly #log: LogFile;
  readonly #mask: Mask;
  readonly #lines: OutputLines;
  readonly tail: string[] = [];
  #failure: { error: unknown } | undefined;

  constructor({ log, onLine }: RunCommand, secrets: readonly string[]) {
    this.#log = new LogFile(log);
    this.#spool = new Spool(log);
    this.#mask = new Mask(secrets);
    this.#lines = new OutputLines((line) => {
      this.tail.push(line);
      if (this.tail.length > TAIL_LINES) this.tail.shift();
      onLine?.(line);
    });
  }

  /** The descriptor the command writes to. */
  get file(): number {
    return this.#spool.file;
  }

  /** Hands on what is there, at most `pieces` of it. */
  read(pieces: number): void {
    for (let i = 0; i < pieces; i++) {
      const text = this.#spool.read();
      if (text === "") return;
      this.#handOn(this.#mask.push(text));
    }
  }

  /** In a timer nobody catches: the first error is kept, and the training goes on. */
  readSafely(): void {
    if (this.#failure !== undefined) return;
    try {
      this.read(64);
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** @throws What went wrong while reading, or in `onLine`. */
  rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  drain(): void {
    this.read(Number.POSITIVE_INFINITY);
    this.#handOn(this.#mask.push(this.#spool.end()) + this.#mask.end());
    this.#lines.end();
  }

  close(): void {
    this.#spool.close();
    this.#log.close();
  }

  #handOn(text: string): void {
    if (text === "") return;
    this.#log.append(text);
    this.#lines.push(text);
  }
}

/** The program a shell says it did not find (exit 127 alone may also be a missing library). */
function missingProgram(tail: readonly string[]): string | null {
  const found = /: (?:line )?\d+: (.+?): (?:command )?not found$/.exec(tail.at(-1) ?? "");
  return found?.[1] ?? null;
}
