import { z } from "zod";
import { describe } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Column, Table } from "./table.ts";

const ROLES =
  "id, y_true, y_pred, y_score, y_score.<class>, score, score.<metric>, sample_weight, y_naive, y_lower or y_upper";
const ROLE = /^(id|(y_true|y_pred|y_score)(\..+)?|score(\..+)?|sample_weight|y_naive|y_lower|y_upper)$/;

/** What a user's columns are called, by what they are: `{ y_true: delayed, y_score: p }`. Those not named go by their standard names. */
export const ColumnNames = z.record(z.string().regex(ROLE, ROLES), z.string().min(1));
export type ColumnNames = z.infer<typeof ColumnNames>;

/** The column that is most likely meant by one that is not there: where that is a standard name, none that has another standard name. */
export function nearestColumn(name: string, known: readonly string[]): string | null {
  return nearest(name, ROLE.test(name) ? known.filter((one) => !ROLE.test(one)) : known);
}

/**
 * A table with its columns under their standard names. A column of a standard name that another was named for is out of the way: it is another thing.
 * @param absent `refuse`: a named column must be there. `keep`: without it the standard name counts, as in files written before the names were given.
 * @throws COLUMN_MISSING
 */
export function underStandardNames(table: Table, path: string, names: ColumnNames, absent: "refuse" | "keep"): Table {
  const given = Object.entries(names);
  if (given.length === 0) return table;
  const columns = new Map(table.columns);
  const found: [string, Column][] = [];
  for (const [role, name] of given) {
    const column = table.columns.get(name);
    if (column !== undefined) {
      columns.delete(role);
      found.push([role, column]);
    } else if (absent === "refuse") {
      const known = [...table.columns.keys()];
      throw new TrainyardError("COLUMN_MISSING", {
        path,
        column: name,
        role,
        nearest: nearestColumn(name, known),
        known,
      });
    }
  }
  for (const [role, column] of found) columns.set(role, column);
  return { rows: table.rows, columns };
}

/** Reads `ROLE=NAME` of a command line. @param input The flag they were given with. @throws INPUT_INVALID */
export function parseColumnNames(given: readonly string[], input: string): ColumnNames {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      const [role, name] = [text.slice(0, at), text.slice(at + 1)];
      if (at > 0 && ROLE.test(role) && name !== "") return [role, name];
      throw new TrainyardError("INPUT_INVALID", {
        input,
        expected: `ROLE=NAME, ROLE one of ${ROLES}`,
        got: describe(text),
      });
    }),
  );
}
