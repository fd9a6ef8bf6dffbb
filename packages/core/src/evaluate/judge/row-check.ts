import type { Check } from "../../check/check.ts";
import type { RowCheckId } from "../check-ids.ts";
import type { Pairing } from "../rows/pairing.ts";
import type { Evidence } from "./judgement.ts";

/** Rows that a verdict is to be given on. */
export interface RowsJudged {
  /** Null without a baseline. */
  readonly pairing: Pairing | null;
  /** Rows of the candidate's file. */
  readonly scored: number;
  readonly against: string;
  /** A gate rests on the naive forecast. */
  readonly naive: boolean;
}

/** What is known of the rows it should be given on. */
export type Known = Pick<Evidence, "evaluationRows" | "sameData" | "files">;

/** A check of rows: how many of them are not as they should be. */
export function rowCheck(
  id: RowCheckId,
  status: "fail" | "inconclusive",
  actual: number | null,
  said: Pick<Check, "rule" | "reason"> & { readonly subject?: string },
): Check {
  return {
    id,
    subject: "rows",
    status,
    actual,
    interval: null,
    limit: actual === null ? null : 0,
    unit: "rows",
    severity: "fail",
    ...said,
  };
}

/** A number of rows in a sentence. */
export const count = (rows: number): string => rows.toLocaleString("en-US");
