import { expect, test } from "vitest";
import { Config } from "./config.ts";
import { declaredPaths } from "./declared-paths.ts";

const config = Config.parse({
  store: "state",
  models: {
    one: {
      train: {
        run: "make",
        steps: [{ name: "prepare", run: "make data", inputs: "raw/", outputs: ["data/"] }],
        data: [
          "data/*.csv",
          { path: "kept.csv", keep: true },
          { uri: "s3://rows", version: "7" },
          { dvc: "big.csv.dvc" },
        ],
        outputs: "one.onnx",
      },
      evaluate: { data: "evaluate.csv", predictions: "p.csv" },
      deploy: { production: { target: "directory", path: "serving/production" } },
      drift: { current: "logs/*.csv", labels: ["labels.csv"] },
    },
    two: { train: { run: "make two", params: "two.yaml", outputs: ["two/"] } },
  },
});

test("what trainings write is told from what is given, watched or served, parameters among it, for all models", () => {
  expect(declaredPaths(config)).toEqual({
    made: ["metrics.json", "one.onnx", "data/", "p.csv", "two/", "predictions.parquet"],
    kept: [
      "state",
      "data/*.csv",
      "kept.csv",
      "big.csv",
      "evaluate.csv",
      "serving/production",
      "logs/*.csv",
      "labels.csv",
      "two.yaml",
    ],
  });
});
