import { TrainyardError } from "../../errors.ts";
import { type Field, isOrdered, type Operator, readField, readValue, type Value } from "./query-fields.ts";
import { type Token, tokens } from "./query-tokens.ts";

/** What a version must be like: `roc_auc > 0.8 and stage = staging`. */
export type Query =
  | { readonly kind: "all" | "any"; readonly of: readonly Query[] }
  | { readonly kind: "not"; readonly of: Query }
  | Comparison;

export interface Comparison {
  readonly kind: "compare";
  readonly field: Field;
  readonly operator: Operator;
  readonly value: Value;
}

/** Longer than this is not written by hand; deeper would only exhaust the stack. */
const MOST_CHARACTERS = 10_000;
const MOST_DEPTH = 100;

/**
 * Reads an expression. `not` binds tighter than `and`, `and` tighter than `or`; parentheses group.
 * @throws QUERY_INVALID with the position (characters, from 1) and what was expected there
 */
export function parseQuery(text: string): Query {
  if (text.length > MOST_CHARACTERS)
    throw new TrainyardError("QUERY_INVALID", {
      position: MOST_CHARACTERS + 1,
      expected: `at most ${MOST_CHARACTERS} characters`,
      got: `${text.length}`,
      nearest: null,
    });
  const parser = new Parser(tokens(text), text.length);
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #next = 0;
  #depth = 0;

  constructor(all: readonly Token[], end: number) {
    this.#tokens = all;
    this.#end = end;
  }

  whole(): Query {
    const query = this.#any();
    if (this.#peek() !== undefined) throw this.#refuse("`and`, `or` or the end");
    return query;
  }

  #any(): Query {
    return this.#several("any", "or", () => this.#several("all", "and", () => this.#one()));
  }

  /** One or more parts with a word between them. */
  #several(kind: "all" | "any", word: string, part: () => Query): Query {
    const first = part();
    const of = [first];
    while (this.#takeWord(word)) of.push(part());
    return of.length === 1 ? first : { kind, of };
  }

  #one(): Query {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) throw this.#refuse(`at most ${MOST_DEPTH} levels`);
    const query = this.#takeWord("not") ? ({ kind: "not", of: this.#one() } as const) : this.#primary();
    this.#depth -= 1;
    return query;
  }

  #primary(): Query {
    if (this.#take("(")) {
      const inner = this.#any();
      if (!this.#take(")")) throw this.#refuse("`and`, `or` or `)`");
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Comparison {
    const name = this.#peek();
    if (name === undefined || name.kind !== "word" || isKeyword(name)) throw this.#refuse("a name, `not` or `(`");
    this.#next += 1;
    const quoted = this.#peek();
    // params."learning rate": the quoted part belongs to the name when nothing stands between.
    const joined = name.text.endsWith(".") && quoted?.kind === "text" && quoted.at === name.at + name.text.length;
    if (joined) this.#next += 1;
    const field = readField(name, joined ? (quoted as Token).text : null);

    const sign = this.#peek();
    if (sign?.kind !== "sign" || sign.text === "(" || sign.text === ")") throw this.#refuse("one of = != < <= > >=");
    const operator = (sign.text === "==" ? "=" : sign.text) as Operator;
    if (operator !== "=" && operator !== "!=" && !isOrdered(field)) throw this.#refuse("= or !=, as this has no order");
    this.#next += 1;

    const value = this.#peek();
    if (value === undefined || value.kind === "sign" || isKeyword(value)) throw this.#refuse("a value");
    this.#next += 1;
    return { kind: "compare", field, operator, value: readValue(field, operator, value, name) };
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(sign: string): boolean {
    const token = this.#peek();
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#next += 1;
    return true;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token?.kind !== "word" || token.text.toLowerCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #refuse(expected: string): TrainyardError {
    const token = this.#peek();
    return new TrainyardError("QUERY_INVALID", {
      position: (token?.at ?? this.#end) + 1,
      expected,
      got: token === undefined ? "the end" : `"${token.text}"`,
      nearest: null,
    });
  }
}

function isKeyword({ kind, text }: Token): boolean {
  return kind === "word" && /^(?:and|or|not)$/i.test(text);
}

/** An expression that reads back as the same query. */
export function queryText(query: Query): string {
  switch (query.kind) {
    case "compare":
      return `${fieldText(query.field)} ${query.operator} ${valueText(query.value)}`;
    case "not":
      return `not ${grouped(query.of)}`;
    case "all":
    case "any":
      return query.of.map(grouped).join(query.kind === "all" ? " and " : " or ");
  }
}

function grouped(query: Query): string {
  return query.kind === "compare" || query.kind === "not" ? queryText(query) : `(${queryText(query)})`;
}

export function fieldText(field: Field): string {
  if (field.kind === "own") return field.name;
  return `${field.kind}s.${/^[A-Za-z0-9_.-]+$/.test(field.name) && !field.name.endsWith(".") ? field.name : quote(field.name)}`;
}

function valueText(value: Value): string {
  return typeof value === "string" ? quote(value) : String(value);
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** Every comparison of a query, from left to right. */
export function comparisons(query: Query): Comparison[] {
  if (query.kind === "compare") return [query];
  return query.kind === "not" ? comparisons(query.of) : query.of.flatMap(comparisons);
}
