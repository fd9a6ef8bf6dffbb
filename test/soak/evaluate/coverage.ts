import { type Figure, plain } from "../../../bench/figure.ts";
import type { Estimator } from "../../../packages/core/src/evaluate/intervals/estimator.ts";
import { type Cell, type Measured, WORLDS } from "./cells.ts";
import { draw, estimated, valuesOf, type World } from "./worlds.ts";

/** Rows the true values come from: their own error is a fourteenth of that of 20,000 rows. */
const TRUTH_ROWS = 4_000_000;
/** Queries the true values of a ranking come from, in parts that fit into memory. */
const [TRUTH_QUERIES, PARTS] = [50_000, 20];
const NOMINAL = 0.95;
const [LOW, HIGH] = [93, 97];

interface Truth {
  readonly value: number;
  readonly difference: number;
}

type Asked = World & Pick<Measured, "metrics" | "jumping">;

export function truthOf(world: Asked, seed: number): Map<string, Truth> {
  if (world.task !== "ranking") return truthIn(world, TRUTH_ROWS, seed);
  const parts = Array.from({ length: PARTS }, (_, part) => truthIn(world, TRUTH_QUERIES, seed + part));
  const mean = (of: (part: Map<string, Truth>) => number) => parts.reduce((sum, part) => sum + of(part), 0) / PARTS;
  return new Map(
    [...(parts[0]?.keys() ?? [])].map((name) => [
      name,
      {
        value: mean((part) => part.get(name)?.value ?? Number.NaN),
        difference: mean((part) => part.get(name)?.difference ?? Number.NaN),
      },
    ]),
  );
}

function truthIn(world: Asked, rows: number, seed: number): Map<string, Truth> {
  const { candidate, baseline } = draw(world, rows, null, seed);
  const [ours, theirs] = [candidate, baseline].map((side) => valuesOf(side, [...world.metrics, ...world.jumping]));
  return new Map(
    [...(ours ?? [])].map(([name, value]) => [name, { value, difference: value - (theirs?.get(name) ?? Number.NaN) }]),
  );
}

export function coverage(
  world: Measured,
  { name, rows, days }: Cell,
  repetitions: number,
  truth: ReadonlyMap<string, Truth>,
  seed: number,
): Figure[] {
  const asked = [...world.metrics, ...world.jumping];
  const held = new Map(asked.map((metric) => [metric, { own: 0, difference: 0, of: 0, exact: 0 }]));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const drawn = draw(world, rows, days, seed + repetition);
    for (const { metric, candidate, difference } of estimated(drawn, asked, repetition)) {
      const counts = held.get(metric.name);
      const own = truth.get(metric.name);
      if (counts === undefined || own === undefined || !Number.isFinite(candidate.value)) continue;
      counts.of++;
      if (candidate.by === "clopper-pearson") counts.exact++;
      if (holds(candidate, own.value)) counts.own++;
      if (holds(difference, own.difference)) counts.difference++;
    }
  }
  return [...held].flatMap(([metric, { own, difference, of, exact }]) => {
    const error = 300 * Math.sqrt((NOMINAL * (1 - NOMINAL)) / of); // three standard errors of a share of repetitions, in percent
    const within = (what: string, hits: number): Figure => {
      const value = Math.round((1000 * hits) / of) / 10;
      const shown = plain({ name: `coverage, ${world.name} ${metric}, ${what}, ${name}`, value, unit: "%" });
      if (world.jumping.includes(metric)) return shown;
      // An exact interval of few trials holds the true share at least as often as it says: no upper end.
      const high = world.wide || (what === "its own" && exact > of / 2) ? 100 : HIGH;
      return { ...shown, goal: `${LOW} … ${high}`, met: value >= LOW - error && value <= high + error };
    };
    return [within("its own", own), within("difference", difference)];
  });
}

/** The coverage figures as the tables of docs/statistics.md, one for each set of cells. */
export function coverageTables(figures: readonly Figure[]): string {
  const tables = new Map<string, Map<string, string[]>>();
  for (const world of WORLDS) {
    const names = world.cells.map(({ name }) => name);
    const rows = tables.get(names.join(" | ")) ?? new Map<string, string[]>();
    tables.set(names.join(" | "), rows);
    for (const metric of [...world.metrics, ...world.jumping]) {
      const value = (what: string, cell: string) =>
        figures.find(({ name }) => name === `coverage, ${world.name} ${metric}, ${what}, ${cell}`)?.value ?? "–";
      rows.set(
        `${world.name}, \`${metric}\`${world.jumping.includes(metric) ? " *" : ""}`,
        names.map((cell) => `${value("its own", cell)} / ${value("difference", cell)}`),
      );
    }
  }
  return [...tables]
    .map(([head, rows]) =>
      [
        `| task, metric | ${head} |`,
        `|---|${"--:|".repeat(head.split(" | ").length)}`,
        ...[...rows].map(([name, values]) => `| ${name} | ${values.join(" | ")} |`),
      ].join("\n"),
    )
    .join("\n\n");
}

function holds(estimator: Estimator | null, truth: number): boolean {
  const interval = estimator?.interval(1 - NOMINAL) ?? null;
  return interval !== null && interval[0] <= truth && truth <= interval[1];
}
