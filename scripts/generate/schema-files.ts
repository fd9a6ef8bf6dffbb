import {
  Config,
  Deployment,
  DriftReport,
  EvaluationReport,
  ImportRecord,
  jsonSchemaText,
  ModelVersion,
  Profile,
  RegistryEvent,
  RunRecord,
  z,
} from "@trainyard/core";
import type { Generated } from "./generated.ts";

const FOLDER = "packages/core/schema";

/** The JSON Schemas (2020-12) of what people write and of what `--json` and the files of a bundle hold. */
export function schemaFiles(): Generated[] {
  return [
    schemaFile("trainyard", Config, "input", "trainyard.yaml"),
    schemaFile("run", RunRecord, "output", "A run: what `train --json` prints, and record.json of a run bundle"),
    schemaFile("evaluation", EvaluationReport, "output", "An evaluation: what `evaluate --json` prints"),
    schemaFile(
      "version",
      ModelVersion,
      "output",
      "A model version: what `register --json` prints, and its manifest in the registry",
    ),
    schemaFile("deployment", Deployment, "output", "A deployment: what `deploy --json` and `rollback --json` print"),
    schemaFile("import", ImportRecord, "output", "What another registry said about an imported version"),
    schemaFile("drift", DriftReport, "output", "A drift report: what `drift-check --json` prints"),
    schemaFile("profile", Profile, "output", "A profile of a table: what `profile --json` prints"),
    schemaFile("event", RegistryEvent, "output", "An event of the registry: what `history --json` prints an array of"),
    schemaFile("refusal", Refusal, "output", "A refusal: what any command prints with --json when it exits 2 or 69"),
  ];
}

const Refusal = z.object({
  error: z.object({
    code: z.string().describe("one of docs/errors.md"),
    message: z.string().describe("what happened"),
    details: z.record(z.string(), z.unknown()),
    hint: z.string().describe("what to do"),
  }),
});

function schemaFile(name: string, schema: z.ZodType, io: "input" | "output", title: string): Generated {
  return { path: `${FOLDER}/${name}.schema.json`, content: jsonSchemaText(schema, io, title) };
}
