import { z } from "zod";
import { TrainyardError } from "./errors.ts";

/** `sha256:` and 64 lower-case hex digits, as OCI writes a digest. */
export const Sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest like sha256:9f86d0…");
export type Sha256 = z.infer<typeof Sha256>;

/** An instant, UTC, ISO 8601 with `Z`. */
export const Timestamp = z.iso.datetime();

/** A git object id (SHA-1 or SHA-256 repositories). */
export const ObjectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, "a git object id");

/** Model names become file names, tags and Markdown: so few characters, no `..`, no dot at the end (Windows drops it), at most 63. */
export const ModelName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9_-]|\.(?!\.|$)){0,62}$/,
    "lower-case letters, digits, `-`, `_`, `.`, starting with a letter or digit, no dot at the end, at most 63",
  );

/** Alias and environment names: like model names, and never like a version number. */
export const AliasName = z
  .string()
  .regex(
    /^(?!v?\d+$)(?!latest$)[a-z0-9](?:[a-z0-9_-]|\.(?!\.|$)){0,62}$/,
    "lower-case letters, digits, `-`, `_`, `.`, starting with a letter or digit, no dot at the end, at most 63; not a number like `12` or `v12`, not `latest`",
  );

/** A path below the project or a model: `/` between parts, no `..`, no leading `/`, no control characters. */
export const RelativePath = z
  .string()
  .min(1)
  .max(1024)
  .refine(isRelativePath, "a relative path without `..`, backslashes or control characters");

/** True for a path that cannot leave the folder it is joined to. */
export function isRelativePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (path === "" || path.startsWith("/") || /[\\\u0000-\u001f\u007f]/.test(path) || /^[A-Za-z]:/.test(path))
    return false;
  return path.split("/").every((part) => part !== ".." && part !== "");
}

/** A file of a run, a version or a bundle. */
export const FileRef = z.object({ path: RelativePath, size: z.int().nonnegative(), digest: Sha256 });
export type FileRef = z.infer<typeof FileRef>;

/** Who did something: a person or a job, never a secret. */
export const Actor = z.object({ name: z.string(), kind: z.enum(["person", "workflow"]), url: z.string().optional() });
export type Actor = z.infer<typeof Actor>;

/** A number as JSON carries it: a NaN or an infinity is not a number here. */
export const Finite = z.number();

/**
 * The canonical form of a value: keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript writes them
 * (RFC 8785, JSON Canonicalization Scheme). What is hashed is always this.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((inner) => canonicalJson(inner ?? null)).join(",")}]`;
  let text = "";
  // Not by an object with sorted keys: whatever the order, JavaScript would put keys like "10" first.
  for (const key of Object.keys(value).sort()) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(inner)}`;
  }
  return `{${text}}`;
}

/** The value a canonical text says; undefined where the text is not canonical, or no JSON. Faster than to write it again. */
export function parseCanonical(text: string): { value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // What JSON.stringify gives back is canonical where keys are sorted already.
  const canonical = (JSON.stringify(value) === text && isSorted(value)) || canonicalJson(value) === text;
  return canonical ? { value } : undefined;
}

function isSorted(value: unknown): boolean {
  if (value === null || typeof value !== "object") return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let last: string | null = null;
  for (const key in value) {
    if (last !== null && key < last) return false;
    if (!isSorted((value as Record<string, unknown>)[key])) return false;
    last = key;
  }
  return true;
}

/** The form documents are stored and read in: canonical key order, two spaces, one newline at the end. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
}

/** Reads a stored document: tolerant to fields it does not know, strict about those it does. @throws JSON_SYNTAX, DOCUMENT_FUTURE, DOCUMENT_INVALID */
export function parseDocument<S extends z.ZodType>(schema: S, text: string, source: string): z.output<S> {
  return checkDocument(schema, parseJson(text, source), source);
}

/** JSON.parse with a refusal that names the source. @throws JSON_SYNTAX */
export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrainyardError(
      "JSON_SYNTAX",
      { source, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

/** Checks a value against a document's schema. @throws DOCUMENT_FUTURE, DOCUMENT_INVALID */
export function checkDocument<S extends z.ZodType>(schema: S, value: unknown, source: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const kind = kindOf(schema);
  const found = isObject(value) && typeof value["kind"] === "string" ? value["kind"] : null;
  if (found !== null && kind !== "document" && found !== kind && found.split("/")[0] === kind.split("/")[0]) {
    throw new TrainyardError("DOCUMENT_FUTURE", { source, kind: found, known: kind });
  }
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  throw new TrainyardError(
    "DOCUMENT_INVALID",
    {
      source,
      kind,
      field: path.length === 0 ? "it" : path.map(String).join("."),
      expected: issue?.message ?? "valid",
      got: describe(valueAt(value, path)),
    },
    { cause: result.error },
  );
}

/** The value a path of a zod issue leads to. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[String(key)] : undefined),
    value,
  );
}

/** A short, safe description of what came, for refusals. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function kindOf(schema: z.ZodType): string {
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, unknown>) : {};
  const kind = shape["kind"];
  return kind instanceof z.ZodLiteral ? String(kind.value) : "document";
}
