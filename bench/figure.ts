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

/** A figure that should be at most a limit. */
export function atMost(
  limit: number,
  figure: Pick<Figure, "name" | "value" | "unit"> & { against?: Figure["against"] },
): Figure {
  return { ...figure, goal: `≤ ${limit}`, met: figure.value <= limit, against: figure.against ?? null };
}
