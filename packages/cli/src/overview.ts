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
    "  --push        write the registry to origin; the first time this clone's own goes there",
    "  --local       write or read a registry of this clone alone, never merged: refs/trainyard/local/registry",
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
