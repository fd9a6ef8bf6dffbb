import type { Change } from "../evaluate/evaluation-report.ts";
import { counted } from "./format/number.ts";

const KINDS: readonly [Change["what"], string, string][] = [
  ["param", "parameter", "parameters"],
  ["data", "data file", "data files"],
  ["code", "code digest", "code digests"],
  ["environment", "part of the environment", "parts of the environment"],
];

/** "1 parameter, 1 data file, no code". */
export function changesSummary(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing that Trainyard records";
  const said = KINDS.flatMap(([kind, one, many]) => {
    const number = changes.filter(({ what }) => what === kind).length;
    if (kind === "code") return [number === 0 ? "no code" : "the code"];
    return number === 0 ? [] : [counted(number, one, many)];
  });
  return said.join(", ");
}
