import { z } from "zod";
import { Timestamp } from "../document.ts";

/**
 * How much rows that belong together (of one day, one user) move together: the number of clusters and the design effect, the variance of the
 * column's mean rank (text: of the shares of its categories) by clusters over that by rows, at least 1. Rows / designEffect is the effective n.
 */
export const Clustering = z.object({ clusters: z.int().nonnegative(), designEffect: z.number().positive() });

/** A numeric, boolean or time column. Bins are (−∞, e0], (e0, e1], …, (eK−1, ∞): K edges make K + 1 counts. */
export const NumericProfile = z.object({
  name: z.string(),
  type: z.enum(["number", "boolean", "time"]),
  rows: z.int().nonnegative(),
  nulls: z.int().nonnegative(),
  nans: z.int().nonnegative(),
  infinities: z.int().nonnegative(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  /** Sum of squared deviations from the mean, so that two profiles merge exactly (Chan, Golub, LeVeque 1983). */
  m2: z.number().nullable(),
  integers: z.boolean(),
  edges: z.array(z.number()),
  counts: z.array(z.int().nonnegative()),
  clustering: Clustering.nullable(),
});
export type NumericProfile = z.infer<typeof NumericProfile>;

/** A text column: exact counts of up to 10,000 values, the rest under `other`. */
export const TextProfile = z.object({
  name: z.string(),
  type: z.literal("text"),
  rows: z.int().nonnegative(),
  nulls: z.int().nonnegative(),
  /** [value, rows], most frequent first, ties by value. */
  values: z.array(z.tuple([z.string(), z.int().nonnegative()])),
  other: z.int().nonnegative(),
  minLength: z.int().nonnegative().nullable(),
  maxLength: z.int().nonnegative().nullable(),
  clustering: Clustering.nullable(),
});
export type TextProfile = z.infer<typeof TextProfile>;

export const ColumnProfile = z.discriminatedUnion("type", [NumericProfile, TextProfile]);
export type ColumnProfile = z.infer<typeof ColumnProfile>;

/** What a table looked like, small enough to keep with every version and exact enough to test against. */
export const Profile = z.object({
  kind: z.literal("trainyard.profile/v1"),
  /** Where the rows came from, as the user names it. */
  source: z.string(),
  rows: z.int().nonnegative(),
  /** Rows that equal an earlier row of the same table in every column but the id. */
  duplicateRows: z.int().nonnegative(),
  /** The column rows were clustered by, if any. */
  groups: z.string().nullable(),
  columns: z.array(ColumnProfile),
  at: Timestamp,
});
export type Profile = z.infer<typeof Profile>;
