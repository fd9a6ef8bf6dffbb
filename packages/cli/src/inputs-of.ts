import { fields, readFields } from "@trainyard/core";
import { sortWords } from "./arguments.ts";
import type { Command } from "./command.ts";

/** The inputs that the words after a command are. @throws INPUT_UNKNOWN, INPUT_MISSING, INPUT_INVALID */
export function inputsOf(command: Command, words: readonly string[]): ReturnType<typeof readFields> {
  const all = fields(command.inputs);
  return readFields(command.inputs, sortWords(words, all), (name) =>
    all.find((field) => field.name === name)?.positional ? name.toUpperCase() : `--${name}`,
  );
}
