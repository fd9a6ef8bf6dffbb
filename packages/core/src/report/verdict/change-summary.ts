import type { Change } from "../../evaluate/evaluation-report.ts";
import { count, counted, MINUS } from "../format/number.ts";
import { byteSize } from "../format/size.ts";

const KINDS: readonly [Change["what"], string, string][] = [
  ["param", "parameter", "parameters"],
  ["data", "data file", "data files"],
  ["code", "line of code", "lines of code"],
  ["environment", "part of the environment", "parts of the environment"],
];

/** "1 parameter, 1 data file, 14 lines of code"; "the code" where only its digest is known. */
export function changesSummary(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing that Trainyard records";
  const said = KINDS.flatMap(([kind, one, many]) => {
    const ofKind = changes.filter(({ what }) => what === kind);
    if (kind === "code") return codeSummary(ofKind, one, many);
    return ofKind.length === 0 ? [] : [counted(ofKind.length, one, many)];
  });
  return said.join(", ");
}

function codeSummary(changes: readonly Change[], one: string, many: string): string[] {
  const code = changes.find(({ name }) => name === "code");
  const commands = changes.some(({ name }) => name !== "code") ? ["the command"] : [];
  if (code === undefined) return [counted(0, one, many), ...commands];
  const { lines } = code;
  if (lines === undefined) return ["the code", ...commands];
  const files = [
    counted(lines.added + lines.removed, one, many),
    ...(lines.uncommitted === 0 ? [] : [counted(lines.uncommitted, "uncommitted file")]),
  ];
  return [...files, ...commands];
}

/** One line of a change for a table: what, its name, before, after. */
export interface ChangeRow {
  readonly what: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Changes as rows: data with rows and bytes, code file by file with its lines where they are known. */
export function changeRows(changes: readonly Change[]): ChangeRow[] {
  return changes.flatMap((change) => {
    const { what, name, lines, rows, bytes } = change;
    const from = sized(change.from, rows?.from, bytes?.from);
    const row = { what, name, from, to: sized(change.to, rows?.to, bytes?.to) };
    if (lines === undefined) return [row];
    const files = lines.files.map((file) => ({
      what,
      name: file.path,
      from: file.removed === null ? "not text" : `${MINUS}${count(file.removed)}`,
      to: file.added === null ? "not text" : `+${count(file.added)}`,
    }));
    const more =
      lines.more === 0 ? [] : [{ what, name: `… and ${counted(lines.more, "more file")}`, from: null, to: null }];
    return [row, ...files, ...more];
  });
}

function sized(value: string | null, rows: number | null | undefined, bytes: number | null | undefined): string | null {
  if (value === null) return null;
  const said = [
    ...(typeof rows === "number" ? [counted(rows, "row")] : []),
    ...(typeof bytes === "number" ? [byteSize(bytes)] : []),
  ];
  return said.length === 0 ? value : `${value} (${said.join(", ")})`;
}
