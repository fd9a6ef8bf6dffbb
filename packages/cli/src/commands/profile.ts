import { basename, resolve } from "node:path";
import { clockFrom, openTables } from "@trainyard/backends";
import { nearest, prettyJson, profileOf, type Table, TrainyardError, timestamp, z } from "@trainyard/core";
import { command } from "../command.ts";

export const profile = command({
  about:
    "Reads a table and prints its profile: types, nulls, bins, categories. Give it to drift-check --reference instead of the data.",
  examples: [["trainyard profile jan.parquet > jan.profile.json", "a reference of a few kilobytes"]],
  inputs: z.strictObject({
    file: z
      .string()
      .describe("the table: .csv, .tsv, .jsonl or .parquet")
      .meta({ positional: true, placeholder: "FILE" }),
    groups: z.string().optional().describe("column whose rows stand or fall together").meta({ placeholder: "COLUMN" }),
    id: z
      .string()
      .optional()
      .describe("column that only says who a row is (default: id, if there is one)")
      .meta({ placeholder: "COLUMN" }),
  }),
  stops: false,
  async run(inputs, context) {
    const table = await openTables().read(resolve(context.folder, inputs.file), inputs.file);
    for (const name of [inputs.groups, inputs.id]) if (name !== undefined) requireColumn(table, name, inputs.file);
    const made = profileOf(table, {
      source: basename(inputs.file),
      groups: inputs.groups ?? null,
      exclude: [inputs.id ?? "id"],
      at: timestamp(clockFrom(context.environment).now()),
    });
    return { json: made, text: prettyJson(made), exit: 0 };
  },
});

/** @throws COLUMN_MISSING with the nearest name: a misspelt flag must not pass for none */
function requireColumn(table: Table, column: string, path: string): void {
  if (table.columns.has(column)) return;
  const known = [...table.columns.keys()];
  throw new TrainyardError("COLUMN_MISSING", { path, column, nearest: nearest(column, known), known });
}
