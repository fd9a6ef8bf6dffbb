import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparisons, parseQuery, type Query, queryText } from "./query.ts";
import type { Field } from "./query-fields.ts";

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const text = fc.string({ unit: "binary" });
const name = fc
  .oneof(fc.constantFrom("roc_auc", "learning rate", "and", "a.b", "model", "it's", "x.", "π"), text)
  .filter((value) => value !== "");
const equality = fc.constantFrom("=" as const, "!=" as const);
const order = fc.constantFrom("=" as const, "!=" as const, "<" as const, "<=" as const, ">" as const, ">=" as const);

function comparing(field: fc.Arbitrary<Field>, operator: typeof order | typeof equality, value: fc.Arbitrary<unknown>) {
  return fc
    .record({ field, operator, value })
    .map((one) => ({ kind: "compare", ...one }) as Extract<Query, { kind: "compare" }>);
}
const own = <N extends Extract<Field, { kind: "own" }>["name"]>(...names: N[]) =>
  fc.constantFrom(...names).map((one) => ({ kind: "own", name: one }) as const);

const comparison = fc.oneof(
  comparing(
    name.map((one) => ({ kind: "metric", name: one })),
    order,
    number,
  ),
  comparing(
    name.map((one) => ({ kind: "param", name: one })),
    order,
    fc.oneof(number, text),
  ),
  comparing(
    name.map((one) => ({ kind: "param", name: one })),
    equality,
    fc.constantFrom(true, false, null),
  ),
  comparing(own("model", "by", "alias", "run"), equality, text),
  comparing(own("version"), order, fc.nat(1_000_000)),
  comparing(own("size"), order, number),
  comparing(own("withdrawn"), equality, fc.boolean()),
  comparing(own("verdict"), equality, fc.constantFrom("pass", "fail", "inconclusive")),
  comparing(own("commit"), equality, fc.constantFrom("abcd", "0123456", "1e10")),
  comparing(own("registered"), order, fc.constantFrom("2001-05-13", "2001-05-13T06:00:00Z")),
);

const { query } = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparison,
    tie("query").map((of) => ({ kind: "not" as const, of })),
    fc.record({
      kind: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(tie("query"), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

test("every query that is written down reads back as the same query", () => {
  fc.assert(
    fc.property(query, (one) => {
      expect(parseQuery(queryText(one))).toEqual(one);
    }),
    { numRuns: 500 },
  );
});

test("whatever is typed is a query or a refusal that points into the text, never a crash", () => {
  const pieces = fc.constantFrom(
    "roc_auc",
    ">",
    "0.8",
    "and",
    "or",
    "not",
    "(",
    ")",
    "'",
    "params.",
    "stage",
    "=",
    "!",
    " ",
    "null",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 12 }).map((all) => all.join(" ")),
      ),
      (typed) => {
        try {
          parseQuery(typed);
        } catch (error) {
          expect(error).toMatchObject({ name: "TrainyardError", code: "QUERY_INVALID" });
          const { position } = (error as { details: { position: number } }).details;
          expect(position).toBeGreaterThanOrEqual(1);
          expect(position).toBeLessThanOrEqual(typed.length + 1);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("not binds tighter than and, and tighter than or", () => {
  expect(parseQuery("a > 1 or b > 2 and not c > 3")).toEqual(parseQuery("a > 1 or (b > 2 and (not c > 3))"));
  expect(parseQuery("(a > 1 or b > 2) and c > 3")).not.toEqual(parseQuery("a > 1 or b > 2 and c > 3"));
});

test("keywords are read in any case, blanks are optional around signs, == is =", () => {
  expect(parseQuery("NOT a>=1 AND(b==2)")).toEqual(parseQuery("not a >= 1 and b = 2"));
});

test("stage is another word for alias, and a metric named like a field is metrics.NAME", () => {
  expect(comparisons(parseQuery("stage = staging and metrics.version > 1")).map(({ field }) => field)).toEqual([
    { kind: "own", name: "alias" },
    { kind: "metric", name: "version" },
  ]);
});

test("values are of their field's kind: v12 is a version, a run of digits a run's name, 28d and '0.1' text", () => {
  const values = (typed: string) => comparisons(parseQuery(typed)).map(({ value }) => value);
  expect(
    values("version >= v12 and run = 12345678 and params.window = 28d and params.lr = '0.1' and params.lr = 0.1"),
  ).toEqual([12, "12345678", "28d", "0.1", 0.1]);
  expect(values("params.warm = true and params.stop = null and params.sure = 'true'")).toEqual([true, null, "true"]);
});

describe("what cannot be read is refused where it stands, with what was expected there", () => {
  test.each([
    ["", 1, "a name", "the end"],
    ["roc_auc", 8, "one of = != < <= > >=", "the end"],
    ["roc_auc >", 10, "a value", "the end"],
    ["roc_auc > > 0.8", 11, "a value", '">"'],
    ["roc_auc > 0.8 stage = x", 15, "`and`, `or` or the end", '"stage"'],
    ["(roc_auc > 0.8", 15, "`)`", "the end"],
    ["roc_auc > 0.8)", 14, "the end", '")"'],
    ["and = 1", 1, "a name", '"and"'],
    ["roc_auc > high", 11, "a number, as metrics are", '"high"'],
    ["roc_auc > 1e999", 11, "a finite number", '"1e999"'],
    ["stage > staging", 7, "= or !=", '">"'],
    ["verdict = good", 11, "one of pass, fail, inconclusive", '"good"'],
    ["registered > yesterday", 14, "a date like", '"yesterday"'],
    ["registered > 2001-13-45", 14, "a date like", '"2001-13-45"'],
    ["version = twelve", 11, "a version's number", '"twelve"'],
    ["withdrawn = maybe", 13, "true or false", '"maybe"'],
    ["commit = xyz", 10, "hexadecimal", '"xyz"'],
    ["params. = 1", 8, "the name of a parameter", "nothing"],
    ["run = 'abc", 7, "a closing quote", "the end"],
    ["a ! 1", 3, "one of = !=", '"!"'],
    ["params.warm > true", 15, "a number or text", '"true"'],
  ])("%s", (typed, position, expected, got) => {
    expect(() => parseQuery(typed)).toThrow(
      expect.objectContaining({
        code: "QUERY_INVALID",
        details: expect.objectContaining({ position, expected: expect.stringContaining(expected), got }),
      }),
    );
  });

  test("a misspelt field is taken for a metric and refused with the nearest word", () => {
    expect(() => parseQuery("verdit = pass")).toThrow('Did you mean "verdict"?');
  });

  test("ten thousand brackets do not exhaust the stack", () => {
    expect(() => parseQuery("(".repeat(9_999))).toThrow(expect.objectContaining({ code: "QUERY_INVALID" }));
    expect(() => parseQuery("not ".repeat(2_000))).toThrow(expect.objectContaining({ code: "QUERY_INVALID" }));
    expect(() => parseQuery("a".repeat(20_000))).toThrow("at most 10000 characters");
  });
});
