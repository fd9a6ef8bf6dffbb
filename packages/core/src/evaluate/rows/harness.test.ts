import { describe, expect, test } from "vitest";
import type { Column, Table } from "../../data/table.ts";
import { type Predictions, readPredictions } from "./predictions.ts";

function column(values: readonly (string | number | boolean)[]): Column {
  if (values.every((value) => typeof value === "string")) {
    const dictionary = [...new Set(values as string[])];
    return {
      type: "text",
      codes: Int32Array.from(values as string[], (value) => dictionary.indexOf(value)),
      dictionary,
    };
  }
  const type = typeof values[0] === "boolean" ? "boolean" : "number";
  return { type, values: Float64Array.from(values, Number), nulls: null };
}
function table(columns: Readonly<Record<string, readonly (string | number | boolean)[]>>): Table {
  const entries = Object.entries(columns);
  return {
    rows: entries[0]?.[1].length ?? 0,
    columns: new Map(entries.map(([name, values]) => [name, column(values)])),
  };
}
const read = (columns: Readonly<Record<string, readonly (string | number | boolean)[]>>): Predictions =>
  readPredictions(table(columns), "scores.jsonl", { task: null, groups: null, slices: [], labels: "required" });
const named = (found: Predictions) => Object.fromEntries([...(found.named ?? [])].map(([name, v]) => [name, [...v]]));

describe("what harnesses write is read as scores of examples", () => {
  const sample = { doc_id: [0, 1], doc: ["{}", "{}"], target: ["A", "B"], filtered_resps: ['["A"]', '["C"]'] };

  test("lm-evaluation-harness: every number of a sample is a metric, its target is no label", () => {
    const found = read({ ...sample, acc: [1, 0], acc_norm: [1, 1], doc_hash: ["a", "b"] });
    expect(found).toMatchObject({ task: "scores", rows: 2, labels: null });
    expect(named(found)).toEqual({ acc: [1, 0], acc_norm: [1, 1] });
  });

  test("lm-evaluation-harness: of the numbers those that `metrics` lists, for each filter", () => {
    const found = read({
      ...Object.fromEntries(Object.entries(sample).map(([name, values]) => [name, [...values, ...values]])),
      filter: ["strict-match", "strict-match", "flexible-extract", "flexible-extract"],
      metrics: Array(4).fill('["exact_match"]'),
      exact_match: [0, 1, 1, 1],
      version: [1, 1, 1, 1],
    });
    expect(found.rows).toBe(2);
    expect(named(found)).toEqual({
      "exact_match.strict-match": [0, 1],
      "exact_match.flexible-extract": [1, 1],
    });
  });

  const promptfoo = { success: [true, false], score: [1, 0.4], testIdx: [0, 1], promptIdx: [0, 0] };
  test("promptfoo: the score, whether it passed, and named scores that all tests have", () => {
    const found = read({ ...promptfoo, namedScores: ['{"tone":0.5,"rare":1}', '{"tone":0.7}'] });
    expect(named(found)).toEqual({ mean_score: [1, 0.4], success: [1, 0], tone: [0.5, 0.7] });
    expect(() => read({ ...promptfoo, namedScores: ["{}", "{}"], promptIdx: [0, 1] })).toThrow("several prompts");
  });

  test("OpenAI Evals: match events say what is right, other events are passed over", () => {
    const found = read({
      sample_id: ["", "q.0", "q.0", "q.1"],
      type: ["", "sampling", "match", "match"],
      data: ["", "{}", '{"correct": true, "expected": "7"}', '{"correct": false}'],
    });
    expect(named(found)).toEqual({ accuracy: [1, 0] });
    expect(() => read({ sample_id: ["q"], type: ["sampling"], data: ["{}"] })).toThrow("no match");
  });

  test("OpenAI Evals: samples that were asked and not scored are refused, the first of them by name", () => {
    const log = {
      sample_id: ["", "q.0", "q.0", "q.1", "q.2", "q.2"],
      type: ["", "sampling", "match", "sampling", "sampling", "metrics"],
      data: ["", "{}", '{"correct": true}', "{}", "{}", '{"accuracy": 1}'],
    };
    expect(() => read(log)).toThrow(
      '1 of 3 samples have no match and no metrics event, the first of them "q.1": leaving out what failed makes any model better',
    );
    expect(
      named(read({ ...log, type: log.type.with(3, "match"), data: log.data.with(3, '{"correct": false}') })),
    ).toEqual({
      accuracy: [1, 0, 1],
    });
  });

  test("Ragas: every column of numbers is a metric of the question asked", () => {
    const found = read({
      user_input: ["why?", "how?"],
      response: ["so", "thus"],
      faithfulness: [0.5, 1],
      answer_relevancy: [0.9, 0.8],
    });
    expect(named(found)).toEqual({ faithfulness: [0.5, 1], answer_relevancy: [0.9, 0.8] });
    expect(found.ids).toMatchObject({ dictionary: ["why?", "how?"] });
  });
});

describe("scores of examples", () => {
  test("booleans, yes and no count as 1 and 0; text that is neither is refused", () => {
    const found = read({
      id: [1, 2, 3],
      score: [1, 2, 3],
      "score.ok": [true, false, true],
      "score.fine": ["yes", "0", "True"],
    });
    expect(named(found)).toEqual({ mean_score: [1, 2, 3], ok: [1, 0, 1], fine: [1, 0, 1] });
    expect(() => read({ id: [1, 2], "score.ok": ["yes", "perhaps"] })).toThrow('text like "perhaps"');
    expect(() => read({ id: [1, 2], score: [1, 2], "score.mean_score": [1, 2] })).toThrow("needs another name");
  });

  test("repeats of an id are averaged before anything else, in the order the items came", () => {
    const found = read({ id: ["b", "a", "b", "b", "a"], "score.acc": [1, 0, 0, 0.5, 1] });
    expect(found).toMatchObject({ rows: 2, repeats: { least: 2, most: 3 } });
    expect(named(found)).toEqual({ acc: [0.5, 0.5] });
    expect(found.ids).toMatchObject({ codes: Int32Array.from([0, 1]) });
  });

  test("an id in two groups is refused", () => {
    const rows = table({ id: [1, 1], "score.acc": [1, 0], topic: ["a", "b"] });
    const settings = { task: null, groups: "topic", slices: [], labels: "required" } as const;
    expect(() => readPredictions(rows, "s", settings)).toThrow('id "1" stands in two groups of topic');
  });

  test("a metric may be called constructor or __proto__", () => {
    const found = read(JSON.parse('{"id": [1, 2], "score.constructor": [1, 0], "score.__proto__": [0, 1]}'));
    expect([...(found.named?.keys() ?? [])]).toEqual(["constructor", "__proto__"]);
  });
});
