import { readFile, stat } from "node:fs/promises";
import { recordsIn, type Table, TrainyardError } from "@trainyard/core";
import { parsedJson, RecordColumns } from "./jsonl.ts";
import { tooLarge } from "./memory-budget.ts";
import { checkText, type TextSource } from "./text-source.ts";

/** A JSON document is read whole, several times its size in memory; whoever has more rows writes them as JSONL. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Reads a JSON document that holds records: a list of objects, or promptfoo's results. Cells are as in JSONL.
 * @throws TABLE_EMPTY, TABLE_SYNTAX, TABLE_TOO_LARGE, FILE_UNREADABLE
 */
export async function readJson(
  { file, name, budget }: Omit<TextSource, "compression">,
  wanted: ReadonlySet<string> | null,
): Promise<Table> {
  const bytes = await bytesOf(file, name);
  checkText(bytes, () => 1, name);
  const text = bytes.toString("utf8").trim();
  if (text === "") throw new TrainyardError("TABLE_EMPTY", { path: name });
  const records = recordsIn(parsedJson(text, name, 1));
  if (records === null)
    throw new TrainyardError("TABLE_SYNTAX", {
      path: name,
      line: 1,
      problem: "this is no list of JSON objects, one for each row",
    });
  const columns = new RecordColumns(budget, wanted);
  records.forEach((record, row) => {
    columns.add(record, name, row + 1);
  });
  return columns.finish();
}

async function bytesOf(file: string, name: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw tooLarge(name, `it has ${size} bytes`, `${MOST_BYTES} bytes of JSON; write JSONL`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof TrainyardError) throw cause;
    throw new TrainyardError("FILE_UNREADABLE", { path: name, problem: (cause as Error).message }, { cause });
  }
}
