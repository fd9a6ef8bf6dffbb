/** Who scored which rows; beside it lies the table it names. */
export const SCORES_FILE = "scores.json";
/** Stands where a run's id stands: a workflow run scores a model's rows once. */
export const SCORES_ID = "current";
