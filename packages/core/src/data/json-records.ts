/**
 * Records in a JSON document that is not JSONL: a list of objects, as pandas writes with orient="records", or promptfoo's `results.results`.
 * @returns null for anything else: a metrics file, for one.
 */
export function recordsIn(parsed: unknown): readonly Readonly<Record<string, unknown>>[] | null {
  if (isRecords(parsed)) return parsed;
  const inner = fieldOf(fieldOf(parsed, "results"), "results");
  return isRecords(inner) ? inner : null;
}

/** A list of metrics as MLflow logs them is no table of rows. */
function isRecords(value: unknown): value is Record<string, unknown>[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return false;
  return !value.every((one) => ("key" in one || "name" in one) && "value" in one);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
