import { describedField, type Field, fields } from "@trainyard/core";
import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

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
    ...(positional.length > 0
      ? ["", ...rows(positional.map((field) => [field.placeholder, describedField(field, (name) => `--${name}`)]))]
      : []),
    ...(flags.length > 0 ? ["", "Flags:", ...rows(flags.map((field) => [flagOf(field), describe(field)]))] : []),
    ...(command.examples.length > 0
      ? ["", "Examples:", ...command.examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${meaning}`])]
      : []),
    "",
    "Everywhere: -C DIR, --json, --push, --local; `trainyard --help` says what they do.",
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
  return `${describedField(field, (name) => `--${name}`)}${field.required ? " (required)" : ""}${fallback}`;
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length)) + 2;
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
