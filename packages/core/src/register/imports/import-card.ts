import { markdownText } from "../../escape.ts";
import type { ImportRecord } from "../../registry/log/origin.ts";

/** Rows beyond this are counted, not shown: a card is read. */
const ROWS = 50;

/** What an imported version is, in Markdown: the other registry's words, and what it has no words for. Everything from outside is shown as text. */
export function importCard(model: string, { origin, ...record }: ImportRecord): string {
  const { system, name } = origin;
  return [
    `# ${markdownText(model)}`,
    "",
    `Imported from ${system}: ${markdownText(name)} ${markdownText(origin.version)}${origin.at === null ? "" : `, of ${origin.at}`}${origin.by === null ? "" : `, by ${markdownText(origin.by)}`}.`,
    "",
    `It was never judged here: ${system} has no record of its run, no evaluation and no verdict.`,
    ...(record.description === null ? [] : ["", markdownText(record.description)]),
    "",
    "## Metrics, as they were told",
    "",
    ...table(
      ["metric", "value"],
      record.metrics.map(({ name: metric, value }) => [metric, String(Number(value.toPrecision(4)))]),
    ),
    "",
    "## Made from",
    "",
    ...table(
      ["what", "which"],
      [
        ["from", record.from],
        ...(record.commit === null ? [] : [["commit", record.commit]]),
        ...Object.entries(record.params).map(([key, value]) => [`parameter ${key}`, JSON.stringify(value)]),
        ...Object.entries(record.facts),
      ],
    ),
    "",
    "## Files",
    "",
    ...table(
      ["file", "bytes", "digest"],
      record.files.map((file) => [file.path, String(file.size), file.digest]),
    ),
    "",
  ].join("\n");
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ["None."];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => markdownText(cell)).join(" | ")} |`;
  const rest = rows.length > ROWS ? ["", `And ${rows.length - ROWS} more, in the import's record.`] : [];
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.slice(0, ROWS).map(line), ...rest];
}
