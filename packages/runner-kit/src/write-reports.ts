import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** A report in each of its forms, made when it is asked for. */
export interface Forms {
  html(): string;
  md(): string;
  json(): string;
}

/** Writes a report to every file the `report` input names, each whole or not at all; the extension says which form. */
export function writeReports(files: readonly string[], folder: string, forms: Forms): void {
  for (const name of files) {
    const file = resolve(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}.tmp`;
    writeFileSync(draft, name.endsWith(".html") ? forms.html() : name.endsWith(".md") ? forms.md() : forms.json());
    renameSync(draft, file);
  }
}

/** Writes the forms later steps read to a folder of its own in `temp`, which the runner empties after the job. */
export function keepReport(
  name: string,
  temp: string | undefined,
  forms: Pick<Forms, "md" | "json">,
): { json: string; markdown: string } {
  const folder = mkdtempSync(join(temp || tmpdir(), "trainyard-"));
  const [json, markdown] = [join(folder, `${name}.json`), join(folder, `${name}.md`)];
  writeFileSync(json, forms.json());
  writeFileSync(markdown, forms.md());
  return { json, markdown };
}
