import type { ExitCode, Project, ProjectRegistry, Stop } from "@trainyard/backends";
import {
  exitCodeOf,
  isRefusal,
  nearest,
  type RefusalCode,
  TrainyardError,
  textOf,
  visibleLines,
} from "@trainyard/core";
import { type CommandLine, splitCommandLine } from "./arguments.ts";
import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands.ts";
import { overview } from "./overview.ts";
import type { Terminal } from "./terminal.ts";

export interface Surroundings {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Called before a command runs: one that ends in order gets to hear of a stop, others are ended at once. */
  stopFor(command: Command): Stop;
  readonly version: string;
}

/** Runs one command line and says how it ended. Never throws: a refusal is printed in four lines, a bug with its stack. */
export async function runCommandLine(
  words: readonly string[],
  commands: readonly CommandEntry[],
  around: Surroundings,
): Promise<ExitCode> {
  const { terminal } = around;
  let json = words.includes("--json");
  try {
    const line = splitCommandLine(words);
    json = line.globals.json;
    return await dispatch(line, commands, around);
  } catch (error) {
    if (isRefusal(error)) {
      if (json) terminal.out(JSON.stringify(error.toJSON()));
      else terminal.err(refusalText(error));
      return exitCodeOf(error.code);
    }
    if (json)
      terminal.out(
        JSON.stringify({ error: { code: "BUG", message: String(error), details: {}, hint: "Please report it." } }),
      );
    terminal.err(bugText(error, around.version));
    return 70;
  }
}

/** What may stand without a command. */
const GLOBAL = ["-C", "--json", "--push", "--local", "--help", "--version"];

async function dispatch(line: CommandLine, commands: readonly CommandEntry[], around: Surroundings): Promise<ExitCode> {
  const { terminal } = around;
  if (line.globals.version) {
    terminal.out(around.version);
    return 0;
  }
  const [flag] = line.rest;
  if (line.command === null && flag !== undefined && !line.globals.help)
    throw new TrainyardError("INPUT_UNKNOWN", {
      input: flag,
      nearest: flag === "-v" || flag === "-V" ? "--version" : nearest(flag, GLOBAL),
      known: GLOBAL,
    });
  if (line.command === null && line.globals.folder !== null && !line.globals.help)
    throw new TrainyardError("INPUT_MISSING", {
      input: "COMMAND",
      needed: "what to do there; `trainyard --help` lists them",
    });
  if (line.command === null || line.command === "help") {
    const named = line.command === "help" ? line.rest[0] : undefined;
    terminal.out(named === undefined ? overview(commands, around.version) : await helpFor(find(named, commands)));
    return line.command === null && !line.globals.help ? 2 : 0;
  }
  const entry = find(line.command, commands);
  if (line.globals.help) {
    terminal.out(await helpFor(entry));
    return 0;
  }
  if (line.globals.write === "push" && entry.group === "Look")
    throw new TrainyardError("INPUT_INVALID", {
      input: "--push",
      expected: "given to a command that writes",
      got: `given to ${entry.name}, which reads origin's registry anyway`,
    });
  const folder =
    line.globals.folder === null
      ? around.folder
      : (await import("node:path")).resolve(around.folder, line.globals.folder);
  const projects = openOnce(folder, line.globals.write, around);
  const elsewhere = line.rest.some((word) => word.startsWith("--repository")); // on GitHub: nothing is asked here
  if (entry.opensRegistry && !elsewhere) await projects.start().catch(() => {}); // wrong inputs are told first
  const command = await entry.load();
  const inputs = command.read(line.rest);
  const stop = around.stopFor(command);
  const { environment, version } = around;
  const outcome = await command.run(inputs, {
    folder,
    terminal,
    write: line.globals.write,
    stop,
    environment,
    version,
    project: () => projects.project(stop),
    registry: async () => (await projects.registry()).registry,
  });
  if (line.globals.json) {
    terminal.out(JSON.stringify(outcome.json));
    return outcome.exit;
  }
  const text = typeof outcome.text === "function" ? await outcome.text() : outcome.text;
  if (text.length > 0) terminal.out(typeof text === "string" ? text : textOf(text, terminal.paint));
  return outcome.exit;
}

/** The project of a command line and its registry: opened when first asked for, and once. */
function openOnce(folder: string, write: CommandLine["globals"]["write"], around: Surroundings) {
  const { environment, version } = around;
  const { progress } = around.terminal;
  let starting: Promise<{ opened: Promise<ProjectRegistry> }> | undefined;
  let project: Promise<Project> | undefined;
  /** Ends when git has been started. */
  const start = () =>
    (starting ??= import("@trainyard/backends/open-project-registry").then(({ startProjectRegistry }) =>
      startProjectRegistry({ folder, environment, progress, write }),
    ));
  const registry = async () => (await start()).opened;
  return {
    start,
    registry,
    project: (stop: Stop) =>
      (project ??= import("@trainyard/backends/open-project").then(({ openProject }) =>
        openProject({ folder, environment, progress, write, stop, tool: version, registry: registry() }),
      )),
  };
}

async function helpFor(entry: CommandEntry): Promise<string> {
  const { helpOf } = await import("./help.ts");
  return helpOf(entry, await entry.load());
}

function find(name: string, commands: readonly CommandEntry[]): CommandEntry {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const known = commands.map((command) => command.name);
  throw new TrainyardError("COMMAND_UNKNOWN", { command: name, nearest: nearest(name, known), known });
}

/** What happened, where, what was expected, what to do; no stack, a code to search for. */
function refusalText(error: TrainyardError<RefusalCode>): string {
  const indent = (text: string) =>
    visibleLines(text)
      .split("\n")
      .map((part) => `  ${part}`);
  return [`error ${error.code}`, ...indent(error.message), ...indent(error.hint)].join("\n");
}

function bugText(error: unknown, version: string): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `error BUG  trainyard ${version}, Node ${process.versions.node}`,
    "  This is a mistake in Trainyard, not yours. Please report it with the lines below.",
    visibleLines(stack),
  ].join("\n");
}
