import { driftAndRetrainVerb, driftFilesVerb, writeReports } from "@trainyard/backends";
import { DriftInputs, driftForms } from "@trainyard/core";
import { command } from "../command.ts";
import { writtenLines } from "../written.ts";

export const driftCheck = command({
  about:
    "Compares the current data with the profile kept with the live version, and, where labels have arrived, what happened with what was predicted.\nBroken data (a unit changed, a column vanished) exits 1 and stops; drift exits 0 unless --fail-on drift, and may start a retraining.\nWith --reference it compares two tables of your own: no repository, no config.",
  examples: [
    ["trainyard drift-check --report out.html", "today's data against production"],
    ["trainyard drift-check --reference jan.parquet --current feb.parquet", "two files"],
  ],
  inputs: DriftInputs,
  stops: true,
  async run(inputs, context) {
    const { report, retrained, exit } =
      inputs.reference === undefined
        ? await driftAndRetrainVerb(await context.project(), inputs)
        : await driftFilesVerb(context.folder, context.environment, inputs);
    const forms = driftForms(report);
    await writeReports(inputs.report, context.folder, forms);
    const trained = retrained.map(({ record }) => [
      {
        text: `  retrained  run ${record.id}: ${record.status}${record.failure === null ? "" : `, ${record.failure.message}`}`,
        tone: "plain" as const,
      },
    ]);
    return { json: report, text: [...forms.lines(), ...trained, ...writtenLines(inputs.report)], exit };
  },
});
