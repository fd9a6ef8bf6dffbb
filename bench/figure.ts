/** One measured number, with what it should be and what it was measured against in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In words: "≤ 4"; null where nothing is promised. */
  readonly goal: string | null;
  readonly met: boolean | null;
  /** What it is compared with: a peer's figure or a floor, measured in the same run. */
  readonly against: { readonly name: string; readonly value: number; readonly unit: string } | null;
}

type Measured = Pick<Figure, "name" | "value" | "unit"> & { against?: Figure["against"] };

/** A figure that should be at most a limit. */
export function atMost(limit: number, figure: Measured): Figure {
  return { ...plain(figure), goal: `≤ ${limit}`, met: figure.value <= limit };
}

/** A figure that should be at least a limit. */
export function atLeast(limit: number, figure: Measured): Figure {
  return { ...plain(figure), goal: `≥ ${limit}`, met: figure.value >= limit };
}

/** A figure that should be one number. */
export function exactly(number: number, figure: Measured): Figure {
  return { ...plain(figure), goal: `= ${number}`, met: figure.value === number };
}

/** A figure that promises nothing. */
export function plain({ name, value, unit, against = null }: Measured): Figure {
  return { name, value: digits(value), unit, goal: null, met: null, against };
}

/** Three digits of it. */
export function digits(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}

/** The value at a place between 0 and 1 of the sorted values; 0.5 is the median. */
export function quantile(values: readonly number[], at: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))] ?? Number.NaN;
}

/** An aligned table for people. The ratio is how many times as much the other one takes, where both have one unit. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, goal, met, against }) => [
    name,
    `${value} ${unit}`,
    goal ?? "",
    met === null ? "" : met ? "met" : "not met",
    against === null ? "" : `${against.name}: ${against.value} ${against.unit}`,
    against === null || against.unit !== unit || unit === "×" ? "" : `${digits(against.value / value)} ×`,
  ]);
  const head = ["figure", "value", "goal", "", "against", "ratio"];
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
