import { z } from "zod";
import { describe, valueAt } from "../document.ts";
import { nearest } from "../nearest.ts";
import { Config } from "./config.ts";

type Path = readonly PropertyKey[];

/** What is wrong with a value, and where. Who read the value knows the line. */
export type ConfigProblem =
  /** `path` leads to the key itself. */
  | {
      readonly kind: "unknown-key";
      readonly path: Path;
      readonly nearest: string | null;
      readonly known: readonly string[];
    }
  | {
      readonly kind: "invalid";
      readonly path: Path;
      readonly key: boolean;
      readonly expected: string;
      readonly got: string;
    }
  | { readonly kind: "outside"; readonly path: Path; readonly got: string };

/**
 * What is wrong with a config, the most telling first: unknown keys before all else, because a misspelt key also makes the right one
 * look missing; then values, then paths that lead out of the project.
 */
export function checkConfig(value: unknown): { config: Config } | { problems: ConfigProblem[] } {
  const result = Config.safeParse(value);
  const problems = result.success ? outsidePaths(value) : problemsOf(Config, result.error.issues, value);
  return result.success && problems.length === 0 ? { config: result.data } : { problems };
}

/** The problems of a value that a schema refused. */
export function problemsOf(schema: z.ZodType, issues: readonly z.core.$ZodIssue[], value: unknown): ConfigProblem[] {
  const problems = issues.flatMap((issue) => problemsOfIssue(schema, issue, [], value));
  const unknown = problems.filter((problem) => problem.kind === "unknown-key");
  return [...unknown, ...problems.filter((problem) => problem.kind !== "unknown-key")];
}

function problemsOfIssue(root: z.ZodType, issue: z.core.$ZodIssue, above: Path, value: unknown): ConfigProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(root, path, value);
    return issue.keys.map((key) => ({
      kind: "unknown-key",
      path: [...path, key],
      nearest: nearest(key, known),
      known,
    }));
  }
  const got = valueAt(value, path);
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? "a valid name";
    return [{ kind: "invalid", path, key: true, expected, got: describe(path.at(-1)) }];
  }
  if (issue.code === "invalid_union") {
    const branch = branchFor(issue, got);
    if (branch !== null) return branch.flatMap((inner) => problemsOfIssue(root, inner, path, value));
    return [{ kind: "invalid", path, key: false, expected: unionText(issue), got: describe(got) }];
  }
  return [{ kind: "invalid", path, key: false, expected: expectation(issue), got: describe(got) }];
}

/** The alternative the user most likely meant: the one of the value's own type, and of several mappings the one with the fewest complaints. */
function branchFor(issue: z.core.$ZodIssueInvalidUnion, got: unknown): z.core.$ZodIssue[] | null {
  const fitting = issue.errors.filter(
    (branch) => !branch.some((inner) => inner.code === "invalid_type" && inner.path.length === 0),
  );
  if (fitting.length === 0 || got === undefined || got === null) return null;
  const complaints = (branch: readonly z.core.$ZodIssue[]) =>
    branch.reduce((sum, inner) => sum + (inner.code === "unrecognized_keys" ? 2 * inner.keys.length : 1), 0);
  return [...fitting].sort((a, b) => complaints(a) - complaints(b))[0] ?? null;
}

const TYPES: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  tuple: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function unionText(issue: z.core.$ZodIssueInvalidUnion): string {
  const types = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === "invalid_type" ? [inner.expected] : [])),
  );
  return [...new Set(types.map((type) => TYPES[type] ?? type))].join(" or ") || "another value";
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    return values.length === 1 ? `${values[0]}` : `one of ${values.join(", ")}`;
  }
  if (issue.code === "too_small")
    return limit(issue.origin, issue.minimum, issue.inclusive === true ? "at least" : "more than");
  if (issue.code === "too_big")
    return limit(issue.origin, issue.maximum, issue.inclusive === true ? "at most" : "less than");
  if (issue.code === "invalid_format" && issue.format === "url") return "a URL that begins with http:// or https://";
  return issue.message;
}

function limit(origin: string, bound: number | bigint, words: string): string {
  if (origin === "string")
    return bound === 1 && words === "at least" ? "text that is not empty" : `${words} ${bound} characters long`;
  if (origin === "array") return `a list of ${words} ${bound} entries`;
  return `${words} ${bound}`;
}

/** The keys a mapping at a path may have, sorted; of alternatives those of all mappings. */
function keysAt(root: z.ZodType, path: Path, value: unknown): string[] {
  let schemas: z.core.$ZodType[] = unwrapped(root);
  for (const key of path) schemas = schemas.flatMap((schema) => inner(schema, key)).flatMap(unwrapped);
  const given = valueAt(value, path);
  const objects = schemas.filter((schema) => schema instanceof z.ZodObject);
  const shared = (schema: z.ZodObject) =>
    Object.keys(schema.shape).filter((key) => Object.hasOwn(Object(given), key)).length;
  const most = Math.max(0, ...objects.map(shared));
  return [
    ...new Set(objects.filter((schema) => shared(schema) === most).flatMap((schema) => Object.keys(schema.shape))),
  ].sort();
}

function inner(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType[] {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, key) ? [schema.shape[String(key)] as z.core.$ZodType] : [];
  if (schema instanceof z.ZodRecord) return [schema.def.valueType];
  if (schema instanceof z.ZodArray) return [schema.def.element];
  if (schema instanceof z.ZodTuple)
    return schema.def.items[Number(key)] === undefined ? [] : [schema.def.items[Number(key)] as z.core.$ZodType];
  return [];
}

/** What stands behind optional, default, prefault and pipes; all alternatives of a union. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap(unwrapped);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.def.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrapped(schema.def.innerType);
  }
  return [schema];
}

/** Where a path may be absolute, because the user owns other places too; a `..` that leaves the project is a slip. The store may be anywhere. */
const DEPLOY_PATH: Path = ["deploy", "*", "path"];

/** Where paths of the project stand below a model. */
const PROJECT_PATHS: readonly Path[] = [
  ["train", "params"],
  ["train", "code"],
  ["train", "outputs"],
  ["train", "data"],
  ["train", "steps", "*", "inputs"],
  ["train", "steps", "*", "outputs"],
  ["evaluate", "data"],
  ["evaluate", "predictions"],
  ["deploy", "*", "smoke", "request"],
  ["drift", "current"],
  ["drift", "predictions"],
  ["drift", "labels"],
];

function outsidePaths(value: unknown): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  const models = valueAt(value, ["models"]);
  for (const model of Object.keys(Object(models))) {
    for (const place of PROJECT_PATHS) visit(valueAt(models, [model]), place, ["models", model], leadsOut);
    visit(valueAt(models, [model]), DEPLOY_PATH, ["models", model], climbsOut);
  }
  return found;

  function visit(inside: unknown, [step, ...rest]: Path, at: Path, isOutside: (path: string) => boolean): void {
    if (inside === undefined) return;
    if (typeof inside === "string" && step === undefined) {
      if (isOutside(inside)) found.push({ kind: "outside", path: at, got: inside });
    } else if (step === undefined) {
      for (const key of Array.isArray(inside) ? inside.keys() : ["path", "dvc"])
        visit(valueAt(inside, [key]), [], [...at, key], isOutside);
    } else if (step === "*") {
      for (const key of Object.keys(Object(inside)))
        visit(valueAt(inside, [key]), rest, [...at, Array.isArray(inside) ? Number(key) : key], isOutside);
    } else visit(valueAt(inside, [step]), rest, [...at, step], isOutside);
  }
}

/** Absolute, or with a part `..`, also as an alternative of a glob. */
function leadsOut(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends a path for the system
  return /^(?:[/\\~]|[A-Za-z]:)|(?:^|[/\\{,])\.\.(?:$|[/\\},])|\u0000/.test(path);
}

/** Relative, and above the folder it starts from by its parts `..`, or no path at all. */
function climbsOut(path: string): boolean {
  if (path.includes("\u0000")) return true;
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return false;
  let depth = 0;
  for (const part of path.split(/[/\\]/)) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}
