import { statSync } from "node:fs";
import { join } from "node:path";
import { openTables } from "@trainyard/backends";
import type { Column, Table } from "@trainyard/core";
import { keptTable } from "../../packages/core/src/evaluate/rows/kept-rows.ts";
import { readPredictions } from "../../packages/core/src/evaluate/rows/predictions.ts";
import { atMost, type Figure } from "../figure.ts";
import { against } from "../meter.ts";

/** A row costs its label, its score and what says which one it is: nothing where ids count, eight bytes where they are text. */
const [BYTES, BYTES_OF_TEXT_IDS] = [4, 12];

/** What a version keeps of a predictions file, beside the file itself: bytes a row. */
export async function keptFigures(file: string, folder: string): Promise<Figure[]> {
  const tables = openTables();
  const table = await tables.read(file, file);
  const size = async (name: string, given: Table) => {
    const settings = { task: "binary", groups: "day", slices: [], labels: "required" } as const;
    const kept = keptTable(readPredictions(given, file, settings));
    if (kept === null) throw new Error("these predictions are kept whole");
    const path = join(folder, name);
    await tables.write(path, name, kept);
    return statSync(path).size / table.rows;
  };
  const csv = against("the run's own file, CSV", statSync(file).size / table.rows, "bytes a row");
  return [
    atMost(BYTES, {
      name: "kept with a version: ids that count up",
      value: await size("kept.parquet", table),
      unit: "bytes a row",
      against: csv,
    }),
    atMost(BYTES_OF_TEXT_IDS, {
      name: "kept with a version: text ids",
      value: await size("kept-text.parquet", {
        ...table,
        columns: new Map([...table.columns, ["id", textIds(table.rows)]]),
      }),
      unit: "bytes a row",
    }),
  ];
}

function textIds(rows: number): Column {
  const dictionary = Array.from({ length: rows }, (_, row) => `flight-${(row * 7).toString(36)}`);
  return { type: "text", codes: Int32Array.from(dictionary, (_, code) => code), dictionary };
}
