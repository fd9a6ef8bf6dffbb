/** How tools lay metrics out in JSON; each form is told by keys that only it has. What is found is a name and a value, still unread. */

export type Json = Readonly<Record<string, unknown>>;

/** A metric by its name; `value` is a number, `{value, …}`, or a folder of more. */
export type Named = readonly [name: string, value: unknown];

/** The entries of a file, or what about it cannot be told apart. */
export type Unpacked = readonly Named[] | { readonly field: string; readonly problem: string };

/** The entries of a metrics file in whichever form it is; a plain object's are its own. Null for what is no form of metrics. */
export function unpacked(parsed: unknown): Unpacked | null {
  if (Array.isArray(parsed)) return isLogged(parsed) ? ofLogged(parsed) : null;
  if (!isObject(parsed)) return null;
  return (
    ofDvc(parsed) ??
    ofTrainerState(parsed) ??
    ofModelIndex(parsed) ??
    ofLmEval(parsed) ??
    ofMlflow(parsed) ??
    Object.entries(parsed)
  );
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `dvc metrics show --json`: revision → data → file → data. The workspace's ("" before DVC 3) where there are several revisions. */
function ofDvc(parsed: Json): Unpacked | null {
  const revisions = Object.entries(parsed);
  const isShown = (value: unknown) => isObject(value) && (isObject(value["data"]) || isObject(value["error"]));
  const isShow =
    revisions.length > 0 &&
    revisions.every(
      ([, revision]) =>
        isShown(revision) && (!isObject((revision as Json)["data"]) || filesOf(revision as Json).every(isFile)),
    );
  if (!isShow) return null;
  const meant = parsed["workspace"] ?? parsed[""] ?? (revisions.length === 1 ? revisions[0]?.[1] : undefined);
  if (meant === undefined)
    return {
      field: "revision",
      problem: `is one of ${revisions.length}; without a workspace nobody knows which is meant`,
    };
  const files = filesOf(meant as Json);
  const found = files.flatMap(([path, file]): Named[] => {
    const { data } = file as { data?: unknown };
    return isObject(data) ? Object.entries(data) : data === undefined ? [] : [[stem(path), data]];
  });
  return once(found) ?? { field: "data", problem: "holds one metric in several files; show one of them alone" };
}

const filesOf = (revision: Json): Named[] => Object.entries(isObject(revision["data"]) ? revision["data"] : {});
const isFile = ([, file]: Named) => isObject(file) && ("data" in file || "error" in file);
const stem = (path: string) => path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");

/** Null where a name stands twice. */
function once(found: readonly Named[]): readonly Named[] | null {
  return new Set(found.map(([name]) => name)).size === found.length ? found : null;
}

/** Hugging Face's trainer_state.json: the last value of each name; without what counts steps or time, and without the running loss of single steps. */
function ofTrainerState({ log_history: history }: Json): Unpacked | null {
  if (!Array.isArray(history)) return null;
  const last = new Map<string, unknown>();
  for (const entry of history)
    for (const [name, value] of isObject(entry) ? Object.entries(entry) : [])
      if (/^(eval|test|predict|train)_/.test(name)) last.set(name, value);
  return [...last];
}

/** A Hugging Face model card's `model-index`: its metrics by type and split; by the data set's name too where it has several. */
function ofModelIndex(parsed: Json): Unpacked | null {
  const index = parsed["model-index"];
  if (!Array.isArray(index)) return null;
  const results = index.flatMap((model) =>
    isObject(model) && Array.isArray(model["results"]) ? model["results"] : [],
  );
  const found = results.flatMap((result): { name: string; dataset: string; value: unknown }[] => {
    if (!isObject(result) || !Array.isArray(result["metrics"])) return [];
    const dataset = isObject(result["dataset"]) ? result["dataset"] : {};
    const split = typeof dataset["split"] === "string" ? { split: dataset["split"] } : {};
    return result["metrics"].filter(isObject).map((metric) => ({
      name: String(metric["type"] ?? metric["name"] ?? ""),
      dataset: String(dataset["type"] ?? dataset["name"] ?? ""),
      value: { value: metric["value"], ...split },
    }));
  });
  const several = new Set(found.map(({ dataset }) => dataset)).size > 1;
  const named = found.map(({ name, dataset, value }): Named => [several ? `${dataset}.${name}` : name, value]);
  return once(named) ?? { field: "model-index", problem: "holds one metric of one data set twice" };
}

/** lm-evaluation-harness's results.json: `"acc,none"` with `"acc_stderr,none"` of each task; the filter is named where it is not "none". */
function ofLmEval({ results }: Json): Unpacked | null {
  if (!isObject(results)) return null;
  const tasks = Object.entries(results).filter((entry): entry is [string, Json] => isObject(entry[1]));
  if (!tasks.some(([, task]) => Object.keys(task).some((key) => /^[^,]+,[^,]+$/.test(key)))) return null;
  return tasks.flatMap(([task, values]) =>
    Object.entries(values).flatMap(([key, value]): Named[] => {
      const [, metric = "", filter = ""] = /^([^,]+),([^,]+)$/.exec(key) ?? [];
      if (metric === "" || metric.endsWith("_stderr") || typeof value !== "number") return [];
      const error = values[`${metric}_stderr,${filter}`];
      const name = `${task}.${metric}${filter === "none" ? "" : `.${filter}`}`;
      return [[name, typeof error === "number" ? { value, se: error } : value]];
    }),
  );
}

/** MLflow: `{"metrics": {…}}` or a list of logged values in its place, alone, under `data` or under `run.data` as its server sends them. */
function ofMlflow(parsed: Json): Unpacked | null {
  const run = isObject(parsed["run"]) ? parsed["run"] : parsed;
  const data = isObject(run["data"]) ? run["data"] : run;
  const { metrics } = data;
  if (Array.isArray(metrics) && isLogged(metrics)) return ofLogged(metrics);
  const beside = Object.entries(data).some(([name, value]) => name !== "metrics" && typeof value === "number");
  return isObject(metrics) && !beside ? Object.entries(metrics) : null;
}

function isLogged(list: readonly unknown[]): list is Json[] {
  return list.length > 0 && list.every((one) => isObject(one) && typeof keyOf(one) === "string" && "value" in one);
}

const keyOf = (one: Json) => one["key"] ?? one["name"];

/** Of one key logged often, the value of the greatest step, of equal steps the latest: what MLflow shows as the run's own. */
function ofLogged(list: readonly Json[]): Named[] {
  const number = (one: Json, key: string) => (typeof one[key] === "number" ? one[key] : 0);
  const ordered = list.toSorted(
    (a, b) => number(a, "step") - number(b, "step") || number(a, "timestamp") - number(b, "timestamp"),
  );
  return [...new Map(ordered.map((one) => [keyOf(one) as string, one as unknown]))];
}
