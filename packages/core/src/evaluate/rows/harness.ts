import { type Column, type Table, textAt } from "../../data/table.ts";
import { describe } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";

/** Files that evaluation harnesses write, as tables of `id` and `score.<metric>`. Each is told by columns that only it has. */

type Columns = Map<string, Column>;

/** The table as it is, or of a harness with its scores under their names. @throws TASK_MISMATCH, COLUMN_TYPE */
export function fromHarness(table: Table, path: string): Table {
  const has = (...names: string[]) => names.every((name) => table.columns.has(name));
  if ([...table.columns.keys()].some((name) => /^(y_score|y_pred|proba|prediction|score\.)/.test(name))) return table;
  if (has("doc_id") && (has("filtered_resps") || has("resps"))) return ofLmEval(table);
  if (has("success", "score", "namedScores")) return ofPromptfoo(table, path);
  if (has("sample_id", "type", "data")) return ofOpenAiEvals(table, path);
  if (has("user_input") && (has("response") || has("retrieved_contexts") || has("reference"))) return ofRagas(table);
  return table;
}

const numeric = (column: Column | undefined) => column?.type === "number" || column?.type === "boolean";

/** What lm-evaluation-harness writes beside the metrics of a sample. */
const NO_METRIC: ReadonlySet<string> = new Set([
  "doc_id",
  "doc_hash",
  "prompt_hash",
  "target_hash",
  "target",
  "filter",
]);

/** lm-evaluation-harness, samples_*.jsonl: an item is a `doc_id`; of several filters (strict-match, flexible-extract) each gives metrics of its own. */
function ofLmEval(table: Table): Table {
  const listed = namesOf(table.columns.get("metrics"));
  const metrics = [...table.columns].filter(
    ([name, column]) => numeric(column) && !NO_METRIC.has(name) && (listed === null || listed.has(name)),
  );
  const filter = table.columns.get("filter");
  const filters = new Set(
    filter === undefined ? [] : Array.from({ length: table.rows }, (_, row) => textAt(filter, row) ?? ""),
  );
  const id = table.columns.get("doc_id") as Column;
  const own: Columns = new Map([...table.columns].filter(([name]) => name !== "target" && name !== "label"));
  if (filter === undefined || filters.size <= 1) {
    for (const [name, column] of metrics) own.set(`score.${name}`, column);
    return { rows: table.rows, columns: own.set("id", id) };
  }
  const first = new Map<string, number>();
  for (let row = 0; row < table.rows; row++) {
    const key = textAt(id, row) ?? "";
    if (!first.has(key)) first.set(key, row);
  }
  const items = [...first.values()];
  const place = new Map([...first.keys()].map((key, i) => [key, i]));
  const columns: Columns = new Map([...own].map(([name, column]) => [name, taken(column, items)]));
  for (const wanted of filters)
    for (const [name, column] of metrics) {
      const values = new Float64Array(items.length).fill(Number.NaN);
      for (let row = 0; row < table.rows; row++)
        if ((textAt(filter, row) ?? "") === wanted)
          values[place.get(textAt(id, row) ?? "") as number] = (column as { values: Float64Array }).values[
            row
          ] as number;
      columns.set(`score.${name}.${wanted}`, { type: "number", values, nulls: null });
    }
  return { rows: items.length, columns: columns.set("id", taken(id, items)) };
}

/** Names in a column of JSON lists; null without one. */
function namesOf(column: Column | undefined): ReadonlySet<string> | null {
  if (column?.type !== "text") return null;
  return new Set(column.dictionary.flatMap((text) => listIn(text) ?? []));
}

function listIn(text: string): string[] | null {
  const parsed = parse(text);
  return Array.isArray(parsed) ? parsed.filter((one) => typeof one === "string") : null;
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** promptfoo, results.json or .jsonl: an item is a test; `score`, `success`, and every named score that all tests have. One prompt and provider at a time. */
function ofPromptfoo(table: Table, path: string): Table {
  const { columns } = table;
  const own: Columns = new Map(columns);
  const variants = ["provider", "promptIdx"].flatMap((name) => {
    const column = columns.get(name);
    return column === undefined ? [] : [new Set(texts(column, table.rows)).size];
  });
  if (variants.some((count) => count > 1))
    throw new TrainyardError("TASK_MISMATCH", {
      path,
      task: "scores",
      problem:
        "it holds results of several prompts or providers, and a verdict is on one: run promptfoo with --filter-providers and one prompt",
    });
  own.set("id", columns.get("testIdx") ?? columns.get("vars") ?? numbersOf(table.rows, (row) => row));
  own.set("score.success", columns.get("success") as Column);
  const named = texts(columns.get("namedScores") as Column, table.rows).map(
    (text) => parse(text) as Readonly<Record<string, unknown>> | undefined,
  );
  const names = Object.keys(named[0] ?? {}).filter((name) => named.every((row) => typeof row?.[name] === "number"));
  for (const name of names)
    own.set(
      `score.${name}`,
      numbersOf(table.rows, (row) => named[row]?.[name] as number),
    );
  return { rows: table.rows, columns: own };
}

/** OpenAI Evals, the log of `oaieval`: `match` events say whether a sample is right, `metrics` events hold numbers of their own. */
function ofOpenAiEvals(table: Table, path: string): Table {
  const type = texts(table.columns.get("type") as Column, table.rows);
  const data = table.columns.get("data") as Column;
  const events = type.flatMap((of, row) => {
    const read =
      of === "match" || of === "metrics" ? (parse(textAt(data, row)) as Readonly<Record<string, unknown>>) : undefined;
    return read === undefined ? [] : [{ row, scores: of === "match" ? { accuracy: read["correct"] } : read }];
  });
  const numberIn = (scores: Readonly<Record<string, unknown>>, name: string) =>
    typeof scores[name] === "number" || typeof scores[name] === "boolean" ? Number(scores[name]) : null;
  const [first] = events;
  if (first === undefined)
    throw new TrainyardError("TASK_MISMATCH", {
      path,
      task: "scores",
      problem: "it holds no match and no metrics event",
    });
  refuseUnscored(
    table,
    events.map(({ row }) => row),
    path,
  );
  const names = Object.keys(first.scores).filter((name) =>
    events.every(({ scores }) => numberIn(scores, name) !== null),
  );
  const columns: Columns = new Map([
    [
      "id",
      taken(
        table.columns.get("sample_id") as Column,
        events.map(({ row }) => row),
      ),
    ],
  ]);
  for (const name of names)
    columns.set(
      `score.${name}`,
      numbersOf(events.length, (i) => numberIn((events[i] as (typeof events)[number]).scores, name) as number),
    );
  return { rows: events.length, columns };
}

/** A sample that failed has other events, such as what was asked of the model: to judge the rest would flatter who fails often. @throws TASK_MISMATCH */
function refuseUnscored(table: Table, scored: readonly number[], path: string): void {
  const id = table.columns.get("sample_id") as Column;
  const all = new Set(texts(id, table.rows).filter((one) => one !== null && one !== ""));
  const known = new Set(scored.map((row) => textAt(id, row)));
  const without = [...all].filter((one) => !known.has(one));
  if (without.length === 0) return;
  throw new TrainyardError("TASK_MISMATCH", {
    path,
    task: "scores",
    problem: `${without.length} of ${all.size} samples have no match and no metrics event, the first of them ${describe(without[0])}: leaving out what failed makes any model better`,
  });
}

/** Ragas, the table of `to_pandas()`: an item is its `user_input` where there is no id; every column of numbers is a metric. */
function ofRagas(table: Table): Table {
  const columns: Columns = new Map(table.columns);
  for (const [name, column] of table.columns)
    if (numeric(column) && name !== "id") columns.set(`score.${name}`, column);
  if (!columns.has("id")) columns.set("id", table.columns.get("user_input") as Column);
  return { rows: table.rows, columns };
}

function texts(column: Column, rows: number): (string | null)[] {
  return Array.from({ length: rows }, (_, row) => textAt(column, row));
}

function numbersOf(rows: number, of: (row: number) => number): Column {
  return { type: "number", values: Float64Array.from({ length: rows }, (_, row) => of(row)), nulls: null };
}

function taken(column: Column, rows: readonly number[]): Column {
  if (column.type === "text") return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] as number) };
  return {
    type: column.type,
    values: Float64Array.from(rows, (row) => column.values[row] as number),
    nulls: column.nulls === null ? null : Uint8Array.from(rows, (row) => column.nulls?.[row] as number),
  };
}
