import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** A report in each of the forms `--report FILE` can ask for. */
export interface Forms {
  html(): string;
  md(): string;
  json(): string;
}

/** Writes a report to every file asked for, each whole or not at all; the form is the file's extension. */
export async function writeReports(files: readonly string[], folder: string, forms: Forms): Promise<void> {
  for (const name of files) {
    const file = resolve(folder, name);
    await mkdir(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}.tmp`;
    await writeFile(draft, name.endsWith(".html") ? forms.html() : name.endsWith(".md") ? forms.md() : forms.json());
    await rename(draft, file);
  }
}
