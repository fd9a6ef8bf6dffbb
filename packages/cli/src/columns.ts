/** Rows as aligned columns, two spaces between; the last column is left as long as it is. Columns whose name ends in `>` are right-aligned. */
export function aligned(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = header.map((name) => name.endsWith(">"));
  const all = [header.map((name) => name.replace(/>$/, "")), ...rows.map((row) => row.map(printable))];
  const widths = header.map((_, column) => all.reduce((most, row) => Math.max(most, (row[column] ?? "").length), 0)); // a list may have a million rows
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          right[column]
            ? cell.padStart(widths[column] as number)
            : column === row.length - 1
              ? cell
              : cell.padEnd(widths[column] as number),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Text from outside may hold escape sequences; on a terminal they must not act. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ");
}
