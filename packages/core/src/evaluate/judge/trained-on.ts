import type { Check } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import type { RunRecord } from "../../train/run-record.ts";
import type { RowOverlap } from "../../train/trained-rows.ts";
import type { RowCheckId } from "../check-ids.ts";
import { count } from "./row-check.ts";

/** From this share of the evaluation rows on, 1 %, what a model has seen before decides. */
const MOST = 0.01;
/** And so many times as often as chance: the two files need not be drawn alike, and in rows of few values a change of season looks like a leak. */
const TIMES_CHANCE = 4;

/**
 * Whether evaluation rows were trained on: figures on rows a model has seen flatter it. Rows of few different values repeat by nature, so the share is
 * held against the one that chance makes, with three standard errors.
 */
export function trainedOn(
  { overlap, datasets }: Pick<RunRecord, "overlap" | "datasets">,
  severity: "fail" | "warn",
): { checks: Check[]; notes: string[] } {
  const same = sameFile(datasets);
  const failed = (what: string) => ({ checks: [{ ...overlapping(what, overlap), severity }], notes: [] });
  if (same !== null) return failed(`${same} is training data too`);
  if (overlap === undefined || overlap.rows === 0 || overlap.of === 0) return { checks: [], notes: [] };
  const { rows, of, byChance } = overlap;
  const chance = byChance * of + 3 * Math.sqrt(byChance * (1 - byChance) * of);
  if (rows > chance && rows >= limitOf(overlap)) return failed(said(overlap));
  if (rows > chance) return { checks: [], notes: [`${said(overlap)}.`] };
  return { checks: [], notes: rows < MOST * of ? [] : [`${said(overlap)}: no sign that they were trained on.`] };
}

/** Rows from which on the check fails. */
function limitOf({ of, byChance }: RowOverlap): number {
  return Math.ceil((MOST + TIMES_CHANCE * byChance) * of);
}

/** An evaluation file that was trained on, byte for byte; null where there is none. */
function sameFile(datasets: RunRecord["datasets"]): string | null {
  const trained = new Set(datasets.filter(({ role }) => role === "training").map(({ digest }) => digest));
  return (
    datasets.find(({ role, digest }) => role === "evaluation" && digest !== null && trained.has(digest))?.path ?? null
  );
}

function overlapping(what: string, overlap: RowOverlap | undefined): Omit<Check, "severity"> {
  return {
    id: "train-test-overlap" satisfies RowCheckId,
    subject: "rows",
    rule: "evaluation rows were not trained on",
    status: "fail",
    actual: overlap?.rows ?? null,
    interval: null,
    limit: overlap === undefined ? null : limitOf(overlap),
    unit: "rows",
    reason: what,
  };
}

/** "5,010 of 501,000 evaluation rows (1 %) equal a training row, up to 0.002 % would by chance" */
function said({ rows, of, sampled, byChance, numbering = [] }: RowOverlap): string {
  const among = `${count(rows)} of ${count(of)} evaluation rows${sampled ? " looked at" : ""} (${percent(rows / of)})`;
  const [first] = numbering;
  const others = numbering.length > 1 ? ` and ${numbering.length - 1} more` : "";
  const without =
    first === undefined
      ? ""
      : ` without ${visibleText(first, 40) || "a column without a name"}${others}, which only numbers rows`;
  return `${among} equal a training row${without}, up to ${percent(byChance)} would by chance`;
}

const percent = (share: number) => `${share === 0 ? 0 : Number((100 * share).toPrecision(2))} %`;
