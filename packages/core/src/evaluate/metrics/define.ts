import type { Bins, FromRatio, FromSums, MetricDefinition, MetricFamily } from "./metric.ts";

/** What a definition may leave out: maximised, without a unit, from 0 to 1, from scores. */
type Rest = Partial<Omit<MetricDefinition, "name" | "from">>;

const define = (name: string, from: MetricDefinition["from"], rest: Rest): MetricDefinition => ({
  name,
  goal: "maximize",
  unit: "",
  needs: "scores",
  range: [0, 1],
  ...rest,
  from,
});

export const sums = (
  name: string,
  of: FromSums["of"],
  rest: Rest & Pick<FromSums, "share" | "trial" | "features" | "each"> = {},
): MetricDefinition => {
  const { share, trial, features, each, ...more } = rest;
  const given = {
    ...(share && { share }),
    ...(trial && { trial }),
    ...(features && { features }),
    ...(each && { each }),
  };
  return define(name, { kind: "sums", of, ...given }, more);
};

export const ratio = (name: string, parts: FromRatio["parts"], rest: Rest = {}): MetricDefinition =>
  define(name, { kind: "ratio", parts }, rest);

/** A share: of what stands below (of all rows, where that is null), those that have a 1 above. */
export const hits = (name: string, parts: FromRatio["parts"], rest: Rest = {}): MetricDefinition =>
  define(name, { kind: "ratio", share: true, parts }, rest);

/** Of the ranking by score. */
export const ranked = (name: string, of: (bins: Bins) => number, rest: Rest = {}): MetricDefinition =>
  define(name, { kind: "bins", key: (rows) => rows.scores as Float64Array, of }, { jumps: true, ...rest });

/** A family whose names are `form` with a number for its capital letter: `precision@K` takes `precision@100`. */
export function family(
  form: string,
  accepts: (value: number) => boolean,
  make: (name: string, value: number) => MetricDefinition,
): MetricFamily {
  const at = form.search(/[A-Z]/);
  const [before, after] = [form.slice(0, at), form.slice(at + 1)];
  return {
    form,
    of(name) {
      if (!name.startsWith(before) || !name.endsWith(after)) return null;
      const text = name.slice(before.length, name.length - after.length);
      if (!/^\d+(\.\d+)?$/.test(text) || !accepts(Number(text))) return null;
      return make(name, Number(text));
    },
  };
}

/** scikit-learn's zero_division=0. */
export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export const UNBOUNDED: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
export const POSITIVE: readonly [number, number] = [0, Number.POSITIVE_INFINITY];
