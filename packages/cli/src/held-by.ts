import type { VersionRow } from "@trainyard/core";

const REASON = 40;

/** Who holds a version, for a column of a table; of a withdrawal the reason's beginning, without the mark an import left: `show` has all. */
export function heldBy({ withdrawn, aliases }: Pick<VersionRow, "withdrawn" | "aliases">): string {
  if (withdrawn === null) return aliases.join(", ");
  const reason = withdrawn.replace(/ \[(?:gto|mlflow|dvc) [^[\]]*\]$/, "").trim();
  return `withdrawn: ${reason.length > REASON ? `${reason.slice(0, REASON).toWellFormed().trimEnd()}…` : reason}`;
}
