import { z } from "zod";

/** What a model predicts: it decides the metrics and what a predictions file holds. */
export const Task = z.enum(["binary", "multiclass", "multilabel", "regression", "ranking", "scores"]);
export type Task = z.infer<typeof Task>;

/** Which way of a metric is better. */
export const Goal = z.enum(["maximize", "minimize"]);
export type Goal = z.infer<typeof Goal>;
