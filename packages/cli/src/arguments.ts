import { type Field, nearest, TrainyardError } from "@trainyard/core";

/** Flags every command takes. */
export interface Globals {
  readonly folder: string | null;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
  readonly write: "push" | "local" | null;
}

export interface CommandLine {
  readonly command: string | null;
  /** Words after the command, flags included, as they came. */
  readonly rest: readonly string[];
  readonly globals: Globals;
}

/** Takes the global flags and the command's name from the words; they may stand before or after it. @throws INPUT_INVALID */
export function splitCommandLine(words: readonly string[]): CommandLine {
  const globals = {
    folder: null as string | null,
    json: false,
    help: false,
    version: false,
    write: null as Globals["write"],
  };
  const rest: string[] = [];
  let command: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") {
      rest.push(...words.slice(i));
      break;
    }
    if (word === "-C" || word === "--directory") {
      const folder = words[++i];
      if (folder === undefined)
        throw new TrainyardError("INPUT_MISSING", { input: "-C", needed: "the folder of the project" });
      globals.folder = folder;
    } else if (word === "--push" || word === "--local") {
      const place = word === "--push" ? "push" : "local";
      if (globals.write !== null && globals.write !== place)
        throw new TrainyardError("INPUT_INVALID", {
          input: word,
          expected: "given without the other",
          got: "--push and --local",
        });
      globals.write = place;
    } else if (word === "--json") globals.json = true;
    else if (word === "--help" || word === "-h") globals.help = true;
    else if (word === "--version" && command === null) globals.version = true;
    else if (command === null && !word.startsWith("-")) command = word;
    else rest.push(word);
  }
  return { command, rest, globals };
}

/**
 * Sorts words into a command's fields: `--name value`, `--name=value`, `--switch`, and positional words in the order of the positional fields.
 * @throws INPUT_UNKNOWN with the nearest flag, INPUT_MISSING, INPUT_INVALID
 */
export function sortWords(
  words: readonly string[],
  fields: readonly Field[],
): Record<string, string | string[] | boolean> {
  const positional = fields.filter((field) => field.positional);
  const flags = fields.filter((field) => !field.positional && field.surface !== "action");
  const values: Record<string, string | string[] | boolean> = {};
  let next = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") continue;
    if (!word.startsWith("-") || word === "-") {
      const last = positional.at(-1);
      const field = positional[next++] ?? (last?.type === "list" ? last : undefined); // the last may take all that is left
      if (field === undefined)
        throw new TrainyardError("WORD_TOO_MANY", {
          word,
          taken: positional.map(({ placeholder }) => placeholder),
          flags: flags.map((flag) => `--${flag.name}`),
        });
      values[field.name] = field.type === "list" ? [...listOf(values[field.name]), word] : word;
      continue;
    }
    const [name, inline] = splitFlag(word);
    const field = flags.find((flag) => flag.name === name);
    if (field === undefined) throw unknownFlag(word, name, flags);
    if (field.type === "boolean") {
      values[name] = inline ?? true;
      continue;
    }
    const value = inline ?? words[++i];
    if (value === undefined)
      throw new TrainyardError("INPUT_MISSING", {
        input: `--${name}`,
        needed: `${field.placeholder}: ${field.description}`,
      });
    if (field.type !== "list" && name in values)
      throw new TrainyardError("INPUT_INVALID", { input: `--${name}`, expected: "given once", got: "given twice" });
    values[name] = field.type === "list" ? [...listOf(values[name]), value] : value;
  }
  return values;
}

function splitFlag(word: string): [name: string, value: string | undefined] {
  const text = word.replace(/^--?/, "");
  const equals = text.indexOf("=");
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function unknownFlag(word: string, name: string, flags: readonly Field[]): TrainyardError {
  const near = nearest(
    name,
    flags.map((flag) => flag.name),
  );
  const known = [...flags.map((flag) => `--${flag.name}`), "--push", "--local", "--json", "--help"];
  return new TrainyardError("INPUT_UNKNOWN", { input: word, nearest: near === null ? null : `--${near}`, known });
}

function listOf(value: string | string[] | boolean | undefined): string[] {
  return Array.isArray(value) ? value : [];
}
