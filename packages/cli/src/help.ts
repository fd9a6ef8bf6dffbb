import { type Field, fields } from "@trainyard/core";
import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

const groups: readonly CommandEntry["group"][] = ["Start", "The loop", "Look", "Change"];

/** `trainyard --help`. */
export function overview(commands: readonly CommandEntry[], version: string): string {
  const lines = groups.flatMap((group) => [
    "",
    `${group}:`,
    ...commands.filter((entry) => entry.group === group).map((entry) => `  ${entry.name.padEnd(14)}${entry.summary}`),
  ]);
  return [
    `trainyard ${version}: train, judge, register, deploy and watch models, in git`,
    "",
    "Usage: trainyard COMMAND [MODEL] [FLAGS]",
    ...lines,
    "",
    "Everywhere:",
    "  -C DIR        work on the project in DIR",
    "  --json        print exactly one JSON value on stdout",
    "  --push        write the registry to origin; --local: to one of this clone's own",
    "  --help        help of a command: trainyard train --help",
    "",
    "Without a project, on files of your own:",
    "  trainyard evaluate --candidate new.csv --baseline old.csv",
    "  trainyard drift-check --reference jan.parquet --current feb.parquet",
    "",
    "Exit codes: 0 done · 1 the verdict is against it · 2 refused · 3 inconclusive · 69 unreachable · 70 a bug · 75 interrupted, can be resumed · 130 Ctrl-C",
    "",
  ].join("\n");
}

/** `trainyard train --help`, from the same schema its inputs are checked with. */
export function helpOf({ name, summary }: CommandEntry, command: Command): string {
  const all = fields(command.inputs).filter((field) => field.surface !== "action");
  const positional = all.filter((field) => field.positional);
  const flags = all.filter((field) => !field.positional);
  const usage = [
    "trainyard",
    name,
    ...positional.map((field) => (field.required ? field.placeholder : `[${field.placeholder}]`)),
    ...(flags.length > 0 ? ["[FLAGS]"] : []),
  ];
  return [
    `trainyard ${name}: ${summary}`,
    "",
    `Usage: ${usage.join(" ")}`,
    "",
    command.about,
    ...(positional.length > 0 ? ["", ...rows(positional.map((field) => [field.placeholder, field.description]))] : []),
    ...(flags.length > 0 ? ["", "Flags:", ...rows(flags.map((field) => [flagOf(field), describe(field)]))] : []),
    ...(command.examples.length > 0
      ? ["", "Examples:", ...command.examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${meaning}`])]
      : []),
    "",
  ].join("\n");
}

function flagOf(field: Field): string {
  return field.type === "boolean" ? `--${field.name}` : `--${field.name} ${field.placeholder}`;
}

function describe(field: Field): string {
  const fallback =
    field.default === undefined ||
    field.default === false ||
    (Array.isArray(field.default) && field.default.length === 0)
      ? ""
      : ` (default: ${String(field.default)})`;
  return `${field.description}${field.required ? " (required)" : ""}${fallback}`;
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length)) + 2;
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
