import type { Check } from "../check/check.ts";
import type { FileRef } from "../document.ts";
import { brokenCheck } from "./broken.ts";
import { dayText } from "./days.ts";

/**
 * The newest row is older than two checks ago: whatever should deliver the data has stopped, and an old batch would be judged again.
 * @param newest UTC day of the newest row. @param today UTC day of now.
 */
export function staleBatch(newest: number, today: number, runsPerYear: number): Check | null {
  const age = today - newest;
  const limit = Math.ceil((2 * 365) / runsPerYear) + 1;
  if (age <= limit) return null;
  const words = `the newest row is of ${dayText(newest)}, ${age} days old, although a check runs every ${Math.max(1, Math.round(365 / runsPerYear))} days`;
  return brokenCheck("stale-batch", "rows", `rows no older than ${limit} days`, words, {
    actual: age,
    limit,
    unit: "days",
  });
}

/** Two files of one batch with the same bytes: each row would count twice. */
export function repeatedFiles(files: readonly FileRef[]): Check[] {
  const first = new Map<string, string>();
  return files.flatMap((file) => {
    const earlier = first.get(file.digest);
    if (earlier === undefined) {
      first.set(file.digest, file.path);
      return [];
    }
    return [
      brokenCheck(
        "duplicate-batch",
        file.path,
        "every file delivered once",
        `${file.path} has the same bytes as ${earlier}`,
      ),
    ];
  });
}

/** The same files as a batch that was already judged at least half a cadence ago, where each check should see new ones. */
export function sameBatch(
  files: readonly FileRef[],
  earlier: { readonly at: string; readonly digests: readonly string[] },
): Check | null {
  const known = new Set(earlier.digests);
  if (files.length === 0 || !files.every((file) => known.has(file.digest))) return null;
  return brokenCheck(
    "stale-batch",
    "rows",
    "new rows since the last check",
    `the files are those of the check of ${earlier.at}`,
  );
}
