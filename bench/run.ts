/** Benchmarks:  npm run --silent bench -- NAME [--json] */
import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";

const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  registry: async () => (await import("./registry.ts")).registry(),
  start: async () => (await import("./start.ts")).start(),
};

const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
const [name = ""] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  console.error(`Usage: npm run --silent bench -- NAME [--json]\nNames: ${Object.keys(benches).join(", ")}`);
  process.exitCode = 2;
} else {
  const figures = await bench();
  if (values.json) console.log(JSON.stringify({ bench: name, figures }));
  else console.log(tableOf(figures));
  if (figures.some((figure) => figure.met === false)) process.exitCode = 1;
}

function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, goal, met, against }) => [
    name,
    `${value} ${unit}`,
    goal ?? "",
    met === null ? "" : met ? "met" : "not met",
    against === null ? "" : `${against.name}: ${against.value} ${against.unit}`,
  ]);
  const head = ["figure", "value", "goal", "", "against"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
