import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReportForms } from "@trainyard/core";

/** Writes the forms later steps read to a folder of its own in `temp`, which the runner empties after the job. */
export function keepReport(
  name: string,
  temp: string | undefined,
  forms: Pick<ReportForms, "md" | "json">,
): { json: string; markdown: string } {
  const folder = mkdtempSync(join(temp || tmpdir(), "trainyard-"));
  const [json, markdown] = [join(folder, `${name}.json`), join(folder, `${name}.md`)];
  writeFileSync(json, forms.json());
  writeFileSync(markdown, forms.md());
  return { json, markdown };
}
