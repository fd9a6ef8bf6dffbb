import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal } from "@trainyard/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";
import { parseParams } from "./load-params.ts";
import { parseConfig } from "./parse-config.ts";

const valid = `models:
  flight-delays:
    task: binary
    train:
      run: python train.py
      steps:
        - { name: prepare, run: python prepare.py, inputs: [raw/], outputs: [data/] }
      data: [data/2001-01.parquet]
      outputs: [model.onnx]
    evaluate:
      predictions: predictions.parquet
      gates:
        - { metric: roc_auc, min: 0.60 }
    deploy:
      staging: { target: directory, path: /srv/staging }
`;

/** A refusal as the terminal shows it. */
function said(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isRefusal(error)) return `${error.code}\n${error.message}\n${error.hint}`;
    throw error;
  }
  return "nothing";
}
const saidOf = (text: string | Uint8Array) => said(() => parseConfig(text, "trainyard.yaml"));
const changed = (from: string, to: string) => {
  expect(valid).toContain(from);
  return saidOf(valid.replace(from, to));
};

test("a valid config is read, defaults filled in", () => {
  const config = parseConfig(valid, "trainyard.yaml");
  expect(config.models["flight-delays"]?.evaluate).toMatchObject({ baseline: "production", "on-inconclusive": "fail" });
  expect(parseConfig(`\uFEFF${valid.replaceAll("\n", "\r\n")}`, "trainyard.yaml")).toEqual(config);
});

describe("golden refusals", () => {
  test("an unknown key: where it stands, the nearest right one, and all of them", () => {
    expect(changed("      gates:", "      gate:")).toMatchInlineSnapshot(`
      "CONFIG_UNKNOWN_KEY
      trainyard.yaml:12:7: models.flight-delays.evaluate.gate is not a setting. Did you mean "gates"?
      Known here: alpha, baseline, columns, costs, data, fairness, gates, groups, metrics, on-inconclusive, predict, predictions, reuse-budget, slices, stale-after, trained-rows."
    `);
  });
  test("an unknown key at the top, in a step, in a dataset, in a gate", () => {
    expect(changed("models:", "modles:")).toMatchInlineSnapshot(`
      "CONFIG_UNKNOWN_KEY
      trainyard.yaml:1:1: modles is not a setting. Did you mean "models"?
      Known here: $schema, models, store."
    `);
    expect(changed("inputs: [raw/]", "input: [raw/]")).toMatchInlineSnapshot(`
      "CONFIG_UNKNOWN_KEY
      trainyard.yaml:7:52: models.flight-delays.train.steps.0.input is not a setting. Did you mean "inputs"?
      Known here: inputs, name, outputs, run."
    `);
    expect(changed("[data/2001-01.parquet]", "[{ path: a, kep: true }]")).toMatchInlineSnapshot(`
      "CONFIG_UNKNOWN_KEY
      trainyard.yaml:8:25: models.flight-delays.train.data.0.kep is not a setting. Did you mean "keep"?
      Known here: keep, path."
    `);
    expect(changed("min: 0.60", "minimum: 0.60")).toMatchInlineSnapshot(`
      "CONFIG_UNKNOWN_KEY
      trainyard.yaml:13:30: models.flight-delays.evaluate.gates.0.minimum is not a setting.
      Known here: alpha, goal, improve-by, margin, margin-rel, max, metric, min, mode, severity, slices."
    `);
  });
  test("a wrong task", () => {
    expect(changed("task: binary", "task: binry")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:3:11: models.flight-delays.task must be one of binary, multiclass, multilabel, regression, ranking, scores, but is "binry".
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
  });
  test("a wrong type, a missing setting, a value out of range, two limits in one gate", () => {
    expect(changed("run: python train.py", "run: 7")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:5:12: models.flight-delays.train.run must be text, but is 7.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("      outputs: [model.onnx]\n", "")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:4:5: models.flight-delays.train.outputs must be text or a list, but is missing.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("[model.onnx]", "{ a: b }")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:9:16: models.flight-delays.train.outputs must be text or a list, but is {"a":"b"}.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("[model.onnx]", "[model.onnx, 3]")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:9:29: models.flight-delays.train.outputs.1 must be text, but is 3.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("min: 0.60 }", "min: 0.60, max: 1 }")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:13:11: models.flight-delays.evaluate.gates.0 must be exactly one of improve-by, margin, margin-rel, min, max, but is {"metric":"roc_auc","min":0.6,"max":1}.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("      gates:", "      alpha: 0.9\n      gates:")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:12:14: models.flight-delays.evaluate.alpha must be less than 0.5, but is 0.9.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
  });
  test("a model's or an environment's name that cannot be one", () => {
    expect(changed("flight-delays:", "Flight Delays:")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:2:3: models.Flight Delays must be lower-case letters, digits, \`-\`, \`_\`, \`.\`, starting with a letter or digit, no dot at the end, at most 63, but is "Flight Delays".
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("staging:", "latest:")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:15:7: models.flight-delays.deploy.latest must be lower-case letters, digits, \`-\`, \`_\`, \`.\`, starting with a letter or digit, no dot at the end, at most 63; not a number like \`12\` or \`v12\`, not \`latest\`, but is "latest".
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(changed("flight-delays:", "..:")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:2:3: models... must be lower-case letters, digits, \`-\`, \`_\`, \`.\`, starting with a letter or digit, no dot at the end, at most 63, but is "..".
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
  });
  test("an empty file, one that is only a comment, and one that is a list", () => {
    expect(saidOf("")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:1:1: the file must be a mapping, but is empty.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(saidOf("# nothing\n")).toMatch(/^CONFIG_INVALID/);
    expect(saidOf("- a\n")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:1:1: the file must be a mapping, but is ["a"].
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
    expect(saidOf("models: {}\n")).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      trainyard.yaml:1:9: models must be at least one model, but is {}.
      Correct the value; \`trainyard init\` writes a JSON Schema that editors use to complete and check it."
    `);
  });
  test("what is not YAML: a tab, a quote that is not closed, a key twice, two documents", () => {
    expect(changed("    task: binary", "\ttask: binary")).toMatchInlineSnapshot(`
      "CONFIG_SYNTAX
      trainyard.yaml:3:1: this is not valid YAML: tabs are not allowed as indentation
      Check indentation, colons and quotes at that place."
    `);
    expect(changed("run: python train.py", 'run: "python')).toMatchInlineSnapshot(`
      "CONFIG_SYNTAX
      trainyard.yaml:16:1: this is not valid YAML: missing closing "quote
      Check indentation, colons and quotes at that place."
    `);
    expect(changed("    task: binary", "    task: binary\n    task: binary")).toMatchInlineSnapshot(`
      "CONFIG_SYNTAX
      trainyard.yaml:4:5: this is not valid YAML: map keys must be unique
      Check indentation, colons and quotes at that place."
    `);
    expect(saidOf(`${valid}---\n${valid}`)).toMatchInlineSnapshot(`
      "CONFIG_SYNTAX
      trainyard.yaml:16:1: this is not valid YAML: a second document begins here
      Check indentation, colons and quotes at that place."
    `);
  });
  test("a path that leads out of the project", () => {
    expect(changed("[model.onnx]", "[model.onnx, ../model.onnx]")).toMatchInlineSnapshot(`
      "PATH_OUTSIDE
      trainyard.yaml:9:29: models.flight-delays.train.outputs.1 "../model.onnx" leads out of the project folder.
      Use a path below the folder of trainyard.yaml, without \`..\` and without symlinks out of it."
    `);
    expect(changed("outputs: [data/]", "outputs: [/data]")).toMatchInlineSnapshot(`
      "PATH_OUTSIDE
      trainyard.yaml:7:78: models.flight-delays.train.steps.0.outputs.0 "/data" leads out of the project folder.
      Use a path below the folder of trainyard.yaml, without \`..\` and without symlinks out of it."
    `);
    expect(changed("[data/2001-01.parquet]", '[{ path: "data/{a,../b}" }]')).toMatchInlineSnapshot(`
      "PATH_OUTSIDE
      trainyard.yaml:8:22: models.flight-delays.train.data.0.path "data/{a,../b}" leads out of the project folder.
      Use a path below the folder of trainyard.yaml, without \`..\` and without symlinks out of it."
    `);
  });
  test("a deploy path that climbs out of the project; an absolute one is the user's own place", () => {
    expect(changed("path: /srv/staging", "path: ../../etc")).toContain(
      'models.flight-delays.deploy.staging.path "../../etc" leads out of the project folder.',
    );
    for (const path of ["serving/../../production", "./..", "a/../..\\b"])
      expect(changed("path: /srv/staging", `path: ${path}`)).toMatch(/^PATH_OUTSIDE\n/);
    for (const path of ["/srv/models", "serving/../production", "./serving", "..serving"])
      expect(changed("path: /srv/staging", `path: ${path}`)).toBe("nothing");
  });
});

describe("hostile text", () => {
  test("aliases that unfold into billions are refused at once", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefghi".split("").map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`)}]`),
    ].join("\n");
    expect(saidOf(bomb)).toMatch(/^CONFIG_SYNTAX\n.*unfold/);
  });
  test("a binary file, bytes that are no UTF-8, ten megabytes, and very deep nesting are refused as what they are", () => {
    expect(saidOf(Buffer.from("models:\0\0"))).toMatch(/binary/);
    expect(saidOf(Buffer.from([0x6d, 0xff, 0xfe]))).toMatch(/not UTF-8/);
    expect(saidOf(`#${"x".repeat(10_000_000)}`)).toMatch(/10000001 bytes/);
    expect(saidOf("[".repeat(200_000))).toMatch(/^CONFIG_SYNTAX/);
  });
  test("unknown tags and aliases without an anchor are refused", () => {
    expect(changed("task: binary", "task: !!python/object x")).toMatch(/^CONFIG_SYNTAX/);
    expect(changed("task: binary", "task: *nothing")).toMatch(/^CONFIG_SYNTAX/);
  });
  test("__proto__ is only an unknown key", () => {
    expect(changed("    task: binary", "    __proto__: { x: 1 }")).toMatch(/^CONFIG_UNKNOWN_KEY\ntrainyard.yaml:3:5/);
  });
});

describe("finding the config", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "config-")));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("in a folder, above it, and through a symlinked folder", async () => {
    mkdirSync(join(folder, "project/deep/er"), { recursive: true });
    writeFileSync(join(folder, "project/trainyard.yaml"), valid);
    symlinkSync(join(folder, "project/deep"), join(folder, "short"));
    for (const from of ["project", "project/deep/er", "short"]) {
      expect(await loadConfig(join(folder, from))).toMatchObject({
        root: join(folder, "project"),
        file: join(folder, "project/trainyard.yaml"),
      });
    }
  });

  test("nowhere, in no folder, or as a folder is refused", async () => {
    await expect(loadConfig(folder)).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND", details: { folder } });
    await expect(loadConfig(join(folder, "none"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    mkdirSync(join(folder, "trainyard.yaml"));
    await expect(loadConfig(folder)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });
});

describe("params", () => {
  test("are a mapping, from YAML or JSON; an empty file has none", () => {
    expect(parseParams("lr: 0.1\nlayers: [64, 32]\nfrom: 2001-01-01\n", "params.yaml")).toEqual({
      lr: 0.1,
      layers: [64, 32],
      from: "2001-01-01",
    });
    expect(parseParams('{"lr": 1e-3}', "params.json")).toEqual({ lr: 0.001 });
    expect(parseParams("", "params.yaml")).toEqual({});
  });
  test.each([
    ["lr: .nan\n", "CONFIG_INVALID\nparams.yaml:1:5: lr must be a finite number, but is NaN."],
    ["a:\n  seed: 12345678901234567890\n", "CONFIG_INVALID\nparams.yaml:2:9: a.seed must be an integer up to 2^53"],
    ["- 1\n", "CONFIG_INVALID\nparams.yaml:1:1: the file must be a mapping of names to values, but is a list."],
    ["7\n", "CONFIG_INVALID\nparams.yaml:1:1: the file must be a mapping of names to values, but is 7."],
    ["a: [\n", "CONFIG_SYNTAX\nparams.yaml:"],
  ])("%j is refused", (text, message) => {
    expect(said(() => parseParams(text, "params.yaml"))).toContain(message);
  });
  test("JSON that is cut short is refused in JSON's words", () => {
    expect(said(() => parseParams('{"a": 1', "params.json"))).toMatch(/^JSON_SYNTAX/);
  });
});
