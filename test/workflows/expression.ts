import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

type Value = data.ExpressionData;

/** What the status functions say where an expression stands: `success()`, `failure()`, `cancelled()`; `always()` is always true. */
export interface Status {
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}

export type Contexts = Readonly<Record<string, unknown>>;

const SETTLED: Status = { success: true, failure: false, cancelled: false };

/** The value of an expression, without `${{ }}`, by the evaluator GitHub publishes. @throws for one that cannot be parsed, or names an unknown context */
export function evaluate(expression: string, contexts: Contexts, status: Status = SETTLED): unknown {
  return plain(asked(expression, contexts, status));
}

/** Text with its `${{ }}` filled in. A value that is one expression alone keeps its type. */
export function fill(value: unknown, contexts: Contexts, status?: Status): unknown {
  if (Array.isArray(value)) return value.map((one) => fill(one, contexts, status));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, contexts, status)]));
  if (typeof value !== "string") return value;
  const alone = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(value.trim());
  if (alone !== null) return evaluate(alone[1] as string, contexts, status);
  return fillText(value, contexts, status);
}

/** The same as text: null is empty, as everywhere in a workflow. */
export function fillText(value: unknown, contexts: Contexts, status?: Status): string {
  return String(value ?? "").replaceAll(/\$\{\{(.*?)\}\}/gs, (_whole, expression: string) =>
    asked(expression, contexts, status ?? SETTLED).coerceString(),
  );
}

/** Whether an `if:` holds. Without a status function in it, `success()` is meant as well. */
export function holds(condition: string | boolean | undefined, contexts: Contexts, status: Status): boolean {
  const text = String(condition ?? "success()")
    .trim()
    .replace(/^\$\{\{(.*)\}\}$/s, "$1");
  const whole = /\b(?:success|failure|cancelled|always)\s*\(/.test(text) ? text : `success() && (${text})`;
  const value = asked(whole, contexts, status);
  return !["", "0", "false", "null"].includes(value.coerceString()) && !Number.isNaN(value);
}

function asked(expression: string, contexts: Contexts, status: Status): Value {
  const functions = (["success", "failure", "cancelled", "always"] as const).map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(name === "always" || status[name]),
  }));
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const known = new data.Dictionary(
    ...Object.entries(contexts).map(([key, value]) => ({ key, value: wrapped(value) })),
  );
  return new Evaluator(tree, known, new Map(functions.map((one) => [one.name, one]))).evaluate();
}

function wrapped(value: unknown): Value {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver) as Value;
}

function plain(value: Value): unknown {
  return JSON.parse(JSON.stringify(value, data.replacer)) as unknown;
}
