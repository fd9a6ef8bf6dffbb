import type { Estimate } from "../../check/check.ts";
import type { MetricDiff, VersionDiff } from "../../register/look/diff.ts";
import { estimateText } from "../format/interval.ts";
import { decimalsOf, fixed, MINUS } from "../format/number.ts";
import { byteSize } from "../format/size.ts";
import { alignedTable, piece, type TextLine, wrapped } from "../text/line.ts";
import { changeRows } from "../verdict/change-summary.ts";

/** What `trainyard diff` prints for people: metrics first, then what went in, then the files. */
export function versionDiffLines(diff: VersionDiff): TextLine[] {
  const { from, to } = diff;
  const name = (side: typeof from) => `${from.model === to.model ? "" : `${side.model} `}v${side.version}`;
  const head = (first: string) => [first, name(from), name(to), "difference"].map((text) => piece(text, "muted"));
  const changed = changeRows(diff.changes).map((change) => [
    piece(change.what, "muted"),
    piece(change.name),
    piece(`${short(change.from)} → ${short(change.to)}`),
  ]);
  const files = diff.files.map((file) => [
    piece("file", "muted"),
    piece(file.path),
    piece(`${sized(file.from?.size)} → ${sized(file.to?.size)}`),
  ]);
  return [
    [
      piece(
        `${from.model} v${from.version} → ${from.model === to.model ? "" : `${to.model} `}v${to.version}`,
        "strong",
      ),
      piece(`   ${bytesWords(diff)}`),
    ],
    ...(diff.metrics.length === 0 ? [] : [[], ...alignedTable([head("metric"), ...diff.metrics.map(metricRow)], [])]),
    [],
    ...(changed.length + files.length === 0
      ? [[piece("  The same parameters, data, code and environment went in, as far as Trainyard records them.")]]
      : alignedTable([...changed, ...files])),
    ...(diff.notes.length === 0 ? [] : [[], ...diff.notes.flatMap((note) => wrapped(note, "  "))]),
  ];
}

function bytesWords({ sameBytes, size }: VersionDiff): string {
  if (sameBytes) return `the same bytes, ${byteSize(size.to)}`;
  const change = size.to - size.from;
  const sign = change < 0 ? MINUS : "+";
  return `${byteSize(size.from)} → ${byteSize(size.to)}${change === 0 ? "" : ` (${sign}${byteSize(Math.abs(change))})`}`;
}

function metricRow(metric: MetricDiff) {
  const known = metric.difference ?? metric.to ?? metric.from;
  const decimals = known === null ? 4 : decimalsOf(known.value, known.interval);
  const show = (estimate: Estimate | null, sign = false) =>
    piece(estimate === null ? "–" : estimateText(estimate, Math.max(decimals, ownDecimals(estimate)), sign));
  return [piece(metric.name), show(metric.from), show(metric.to), differencePiece(metric, show)];
}

/** Better or worse is said only where the interval says so. */
function differencePiece(
  { difference, goal }: MetricDiff,
  show: (estimate: Estimate | null, sign?: boolean) => ReturnType<typeof piece>,
) {
  const { text } = show(difference, true);
  const interval = difference?.interval ?? null;
  if (interval === null || goal === null || (interval[0] <= 0 && interval[1] >= 0)) return piece(text);
  const better = interval[0] > 0 === (goal === "maximize");
  return piece(`${text}  ${better ? "better" : "worse"}`, better ? "pass" : "fail");
}

function ownDecimals({ value, interval }: Estimate): number {
  return Math.min(decimalsOf(value, interval), 6);
}

function sized(size: number | undefined): string {
  return size === undefined ? "none" : byteSize(size);
}

/** Digests and object ids by their first digits. */
function short(value: string | null): string {
  if (value === null || value === "") return "none";
  if (/^sha256:[0-9a-f]{64}(?: \(|$)/.test(value)) return `${value.slice(0, 14)}…${value.slice(71)}`;
  if (/^[0-9a-f]{40,64}$/.test(value)) return value.slice(0, 7);
  return /^-?\d+\.\d{7,}$/.test(value) ? fixed(Number(value), 6) : value;
}
