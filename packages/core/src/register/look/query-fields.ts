import { Verdict } from "../../check/check.ts";
import { TrainyardError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { instant } from "../../time.ts";
import type { Token } from "./query-tokens.ts";

/** What a field is held against. Instants stay as they were written: a date means its whole day. */
export type Value = string | number | boolean | null;

/** What versions have beside metrics and parameters, and of what kind it is. */
const OWN = {
  model: "text",
  version: "version",
  registered: "instant",
  by: "text",
  alias: "text",
  withdrawn: "boolean",
  verdict: "verdict",
  run: "text",
  origin: "text",
  commit: "commit",
  size: "number",
} as const;
export type OwnField = keyof typeof OWN;
const OWN_FIELDS = Object.keys(OWN) as readonly OwnField[];

/** What of a version is compared, and how. */
export type Field =
  | { readonly kind: "metric"; readonly name: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "own"; readonly name: OwnField };
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** Other words for the same. */
const SYNONYMS: Readonly<Record<string, OwnField>> = { stage: "alias" };

/** The field a name means: one of the version's own, `params.NAME`, `metrics.NAME`; any other name is a metric's. @throws QUERY_INVALID */
export function readField({ text, at }: Token, quoted: string | null): Field {
  const own = SYNONYMS[text] ?? OWN_FIELDS.find((name) => name === text);
  if (own !== undefined && quoted === null) return { kind: "own", name: own };
  for (const kind of ["param", "metric"] as const) {
    const prefix = `${kind}s.`;
    if (!text.startsWith(prefix)) continue;
    const name = text.slice(prefix.length) + (quoted ?? "");
    if (name !== "") return { kind, name };
    throw new TrainyardError("QUERY_INVALID", {
      position: at + prefix.length + 1,
      expected: `the name of a ${kind === "param" ? "parameter" : "metric"}`,
      got: "nothing",
      nearest: null,
    });
  }
  if (quoted === null) return { kind: "metric", name: text };
  throw new TrainyardError("QUERY_INVALID", {
    position: at + 1,
    expected: 'params."…" or metrics."…"',
    got: `"${text}"`,
    nearest: null,
  });
}

/** Whether < and > say anything about it. */
export function isOrdered(field: Field): boolean {
  return field.kind !== "own" || ["version", "instant", "number"].includes(OWN[field.name]);
}

/** The value a token means for a field: `0.8`, `28d`, `'28 d'`, `true`, `null`, `v12`, `2001-05-13`. @throws QUERY_INVALID */
export function readValue(field: Field, operator: Operator, token: Token, name: Token): Value {
  const { text, kind } = token;
  const refuse = (expected: string) => {
    // "verdit = pass": a name nobody knows is taken for a metric, and then a number is missing.
    const near =
      field.kind === "metric" && !name.text.includes(".") ? nearest(field.name, [...OWN_FIELDS, "stage"]) : null;
    return new TrainyardError("QUERY_INVALID", {
      position: token.at + 1,
      expected,
      got: `"${text}"`,
      nearest: near,
    });
  };
  const number = kind === "word" && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : null;
  if (number !== null && !Number.isFinite(number)) throw refuse("a finite number");
  if (field.kind === "metric") {
    if (number === null) throw refuse("a number, as metrics are");
    return number;
  }
  if (field.kind === "param") {
    if (number !== null) return number;
    if (kind === "word" && (text === "true" || text === "false" || text === "null")) {
      if (operator !== "=" && operator !== "!=") throw refuse("a number or text");
      return text === "null" ? null : text === "true";
    }
    return text;
  }
  switch (OWN[field.name]) {
    case "text":
      return text;
    case "commit":
      if (!/^[0-9a-f]{4,64}$/.test(text)) throw refuse("4 to 64 hexadecimal digits, the beginning of a commit's id");
      return text;
    case "verdict":
      if (!Verdict.safeParse(text).success) throw refuse(`one of ${Verdict.options.join(", ")}`);
      return text;
    case "boolean":
      if (text !== "true" && text !== "false") throw refuse("true or false");
      return text === "true";
    case "number":
      if (number === null) throw refuse("a number");
      return number;
    case "version": {
      const version = /^v?(\d{1,10})$/.exec(text)?.[1];
      if (version === undefined) throw refuse("a version's number");
      return Number(version);
    }
    case "instant":
      if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/.test(text) || instant(text) === null)
        throw refuse("a date like 2001-05-13, or an instant like 2001-05-13T06:00:00Z");
      return text;
  }
}
