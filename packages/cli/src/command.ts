import type { ExitCode, Project, Stop } from "@trainyard/backends";
import { fields, type Registry, readFields, type TextLine, type z } from "@trainyard/core";
import { sortWords } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/** What a command gives back: one JSON value for machines, text for people, and how it ended. */
export interface Outcome {
  readonly json: unknown;
  /** A function where it takes more work than the JSON: it is called only when a person looks. */
  readonly text: string | readonly TextLine[] | (() => string | Promise<string>);
  readonly exit: ExitCode;
}

/** What a command may use beside its inputs. */
export interface Context {
  /** The folder the command was started in, or -C DIR. */
  readonly folder: string;
  /** Opens the project the folder lies in. @throws CONFIG_NOT_FOUND and what the config refuses */
  project(): Promise<Project>;
  /** The registry alone, whatever the config says: what only looks at versions starts without reading it. @throws CONFIG_NOT_FOUND */
  registry(): Promise<Registry>;
  readonly terminal: Terminal;
  /** --push or --local; null where neither was given. */
  readonly write: "push" | "local" | null;
  readonly stop: Stop;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
}

/** What a word after `trainyard` does: its flags, help and checks all come from `inputs`. */
interface Definition<S extends z.ZodObject> {
  /** A paragraph for its own help. */
  readonly about: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly inputs: S;
  /** True when it ends in order after Ctrl-C; others are simply ended. */
  readonly stops: boolean;
  run(inputs: z.output<S>, context: Context): Promise<Outcome>;
}

export interface Command extends Definition<z.ZodObject> {
  /** The inputs that the words after its name are. @throws INPUT_UNKNOWN, INPUT_MISSING, INPUT_INVALID */
  read(words: readonly string[]): z.output<z.ZodObject>;
}

/** Keeps a command's inputs and its `run` agreeing in type. */
export function command<S extends z.ZodObject>(definition: Definition<S>): Command {
  const { inputs } = definition;
  const read: Command["read"] = (words) => {
    const all = fields(inputs);
    return readFields(inputs, sortWords(words, all), (name) => {
      const field = all.find((one) => one.name === name);
      return field?.positional ? field.placeholder : `--${name}`;
    });
  };
  return { ...(definition as unknown as Definition<z.ZodObject>), read };
}
