import { resolve } from "node:path";
import type { ReportForms } from "@trainyard/core";
import { writeAtomically } from "./plain-file.ts";

const FORMS = ["html", "md", "json", "xml", "svg"] as const;

/** Writes a report to every file the `report` input names, each whole or not at all; the extension says which form. @throws FILE_UNWRITABLE, DISK_FULL */
export async function writeReports(
  files: readonly string[],
  folder: string,
  forms: Pick<ReportForms, "html" | "md" | "json" | "xml" | "svg">,
): Promise<void> {
  for (const name of files) {
    const form = FORMS.find((one) => name.endsWith(`.${one}`));
    const text = forms[form ?? "json"]?.() ?? forms.json();
    await writeAtomically(resolve(folder, name), text);
  }
}
