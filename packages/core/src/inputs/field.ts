import { z } from "zod";
import { TrainyardError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/** One input of a verb as a flag, an action input or a row of a table: everything outside is derived from it. */
export interface Field {
  readonly name: string;
  readonly type: "string" | "boolean" | "number" | "list";
  readonly choices: readonly string[] | null;
  readonly required: boolean;
  readonly default: unknown;
  readonly description: string;
  /** Where it can be given; `model` and the like come first on the command line, without a flag. */
  readonly surface: "both" | "cli" | "action";
  readonly positional: boolean;
  readonly placeholder: string;
  /** What action.yml gives where nothing is said: an expression of the runner. */
  readonly actionDefault: string | null;
  /** The input without which it does nothing, or with which: given so it is refused. */
  readonly with: string | null;
  readonly without: string | null;
  /** Which setting of trainyard.yaml says it in a project. */
  readonly setting: string | null;
  /** What to do where it is given with what leaves it nothing to do; null: leave it out. */
  readonly instead: string | null;
}

/** What `.meta()` of an input may say. */
export interface FieldMeta {
  readonly surface?: "both" | "cli" | "action";
  readonly positional?: boolean;
  readonly placeholder?: string;
  readonly actionDefault?: string;
  readonly with?: string;
  readonly without?: string;
  readonly setting?: string;
  readonly instead?: string;
}

type Shape = Readonly<Record<string, z.ZodType>>;

/**
 * The inputs of a verb, in the order they were written. Read off the schemas themselves: a detour over JSON Schema would cost
 * every start of an action or a command 7 ms.
 */
export function fields(schema: z.ZodObject): Field[] {
  return Object.entries(schema.shape as Shape).map(([name, property]) => {
    const { inner, optional, fallback, meta } = unwrap(property);
    const choices = inner instanceof z.ZodEnum ? inner.options.map(String) : null;
    const type = typeOf(inner);
    return {
      name,
      type,
      choices,
      required: !optional,
      default: fallback,
      description: meta.description ?? "",
      surface: meta.surface ?? "both",
      positional: meta.positional === true,
      actionDefault: meta.actionDefault ?? null,
      with: meta.with ?? null,
      without: meta.without ?? null,
      setting: meta.setting ?? null,
      instead: meta.instead ?? null,
      placeholder: meta.placeholder ?? (choices === null ? (type === "number" ? "N" : "VALUE") : choices.join("|")),
    };
  });
}

/** What is below `optional` and `default`, and what all layers say; the outermost word counts. */
function unwrap(schema: z.ZodType): {
  inner: z.ZodType;
  optional: boolean;
  fallback: unknown;
  meta: FieldMeta & { readonly description?: string };
} {
  const meta = (schema.meta() ?? {}) as FieldMeta & { readonly description?: string };
  if (!(schema instanceof z.ZodOptional) && !(schema instanceof z.ZodDefault)) {
    return { inner: schema, optional: false, fallback: undefined, meta };
  }
  const below = unwrap(schema.unwrap() as z.ZodType);
  const fallback = schema instanceof z.ZodDefault ? schema.def.defaultValue : below.fallback;
  return { inner: below.inner, optional: true, fallback, meta: { ...below.meta, ...meta } };
}

function typeOf(schema: z.ZodType): Field["type"] {
  if (schema instanceof z.ZodArray) return "list";
  if (schema instanceof z.ZodBoolean) return "boolean";
  return schema instanceof z.ZodNumber ? "number" : "string";
}

/**
 * Checks what came as text (a flag, an `INPUT_…` variable) against a verb's inputs. Absent and empty text mean "not given".
 * @throws INPUT_UNKNOWN with the nearest right name, INPUT_MISSING, INPUT_INVALID, INPUT_UNUSED
 */
export function readFields<S extends z.ZodObject>(
  schema: S,
  given: Readonly<Record<string, string | readonly string[] | boolean | undefined>>,
  say: (name: string) => string = (name) => name,
): z.output<S> {
  const known = fields(schema);
  const values: Record<string, unknown> = {};
  for (const [name, raw] of Object.entries(given)) {
    const field = known.find((candidate) => candidate.name === name);
    if (field === undefined) {
      const names = known.map((candidate) => candidate.name);
      const near = nearest(name, names);
      throw new TrainyardError("INPUT_UNKNOWN", {
        input: say(name),
        nearest: near === null ? null : say(near),
        known: names.map(say),
      });
    }
    if (raw === undefined || raw === "" || (Array.isArray(raw) && raw.length === 0)) continue;
    values[name] = coerce(field, raw, say(name));
  }
  refuseUnused(known, values, say);
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const name = String(issue.path[0] ?? "");
  const field = known.find((candidate) => candidate.name === name);
  if (field !== undefined && values[name] === undefined)
    throw new TrainyardError("INPUT_MISSING", { input: say(name), needed: field.description });
  const expected = field?.choices ? `one of ${field.choices.join(", ")}` : expectation(issue);
  throw new TrainyardError("INPUT_INVALID", {
    input: say(name),
    expected,
    got: JSON.stringify(within(values[name], issue.path.slice(1))) ?? "missing",
  });
}

/** The one value of a list that is wrong. */
function within(value: unknown, path: readonly PropertyKey[]): unknown {
  const [at] = path;
  return Array.isArray(value) && typeof at === "number" ? value[at] : value;
}

/** What would be ignored is refused: a verdict without the groups that were asked for is another verdict. @throws INPUT_UNUSED */
function refuseUnused(
  known: readonly Field[],
  values: Readonly<Record<string, unknown>>,
  say: (name: string) => string,
): void {
  const given = (name: string | null) => name !== null && Object.hasOwn(values, name);
  for (const field of known) {
    if (!given(field.name)) continue;
    const { setting } = field;
    if (field.with !== null && !given(field.with))
      throw new TrainyardError("INPUT_UNUSED", { input: say(field.name), without: say(field.with), setting });
    if (given(field.without))
      throw new TrainyardError("INPUT_UNUSED", {
        input: say(field.name),
        with: say(field.without ?? ""),
        setting: null,
        instead: field.instead,
      });
  }
}

/** A field's description with what it goes with, for help and tables. */
export function describedField(
  { description, with: needed, without }: Pick<Field, "description" | "with" | "without">,
  say: (name: string) => string,
): string {
  if (needed !== null) return `${description} (with ${say(needed)})`;
  return without === null ? description : `${description} (not with ${say(without)})`;
}

/** What a value must be, completing "--last must be …". */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small" && issue.origin !== "string")
    return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
  if (issue.code === "too_big" && issue.origin !== "string")
    return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
  if (issue.code === "invalid_type") return issue.expected === "int" ? "a whole number" : `a ${issue.expected}`;
  return issue.message;
}

function coerce(field: Field, raw: string | readonly string[] | boolean, said: string): unknown {
  if (field.type === "list")
    return typeof raw === "string"
      ? raw
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== "")
      : raw;
  if (typeof raw === "object")
    throw new TrainyardError("INPUT_INVALID", {
      input: said,
      expected: "given once",
      got: `given ${raw.length} times`,
    });
  if (field.type === "boolean") {
    if (raw === true || raw === "true") return true;
    if (raw === false || raw === "false") return false;
    throw new TrainyardError("INPUT_INVALID", { input: said, expected: "true or false", got: JSON.stringify(raw) });
  }
  if (field.type === "number") {
    const number = typeof raw === "string" && raw.trim() !== "" ? Number(raw) : Number.NaN;
    if (!Number.isFinite(number))
      throw new TrainyardError("INPUT_INVALID", { input: said, expected: "a number", got: JSON.stringify(raw) });
    return number;
  }
  if (typeof raw === "boolean")
    throw new TrainyardError("INPUT_INVALID", {
      input: said,
      expected: `a value (${field.placeholder})`,
      got: "nothing",
    });
  return raw;
}
