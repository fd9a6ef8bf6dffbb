import { importDvcVerb, importGtoVerb, importMlflowVerb, type Project } from "@trainyard/backends";
import { counted, type ImportReport, TrainyardError, z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";

export const importCommand = command({
  about: [
    "Brings versions, aliases and what is known of them from another registry. Importing again adds only what is new there, and never moves back what was moved here since.",
    "A version whose bytes can be had becomes a version here, with a number of its own; what it was called there finds it: MODEL@gto:v1.2.3, MODEL@mlflow:7. It has no run, no evaluation and no verdict, and nothing is made up.",
    "What cannot be carried over is listed with the reason, and stands in the history as a note. docs/migrate.md says what that is.",
  ].join("\n"),
  examples: [
    ["trainyard import gto --dry-run", "only the report"],
    ["trainyard import dvc --all-commits", "every content the artifacts of dvc.yaml ever had"],
    ["trainyard import mlflow --from mlflow.db", "from a database file"],
    [
      "trainyard import mlflow --from http://127.0.0.1:5000",
      "from a server; credentials as MLflow's client takes them",
    ],
  ],
  inputs: z.strictObject({
    system: z
      .enum(["gto", "mlflow", "dvc"])
      .describe("what to import")
      .meta({ positional: true, placeholder: "SYSTEM" }),
    from: z
      .string()
      .optional()
      .describe(
        "gto, dvc: the repository, default the project's; mlflow: its database file or its server's address, default MLFLOW_TRACKING_URI",
      )
      .meta({ placeholder: "PLACE" }),
    "all-commits": z
      .boolean()
      .default(false)
      .describe("dvc: every content its artifacts ever had, not only the newest"),
    "dry-run": z.boolean().default(false).describe("write nothing"),
  }),
  stops: false,
  async run(inputs, context) {
    const project = await context.project();
    const { folder, environment } = context;
    const given = { folder, from: inputs.from ?? null, dry: inputs["dry-run"], environment };
    if (inputs["all-commits"] && inputs.system !== "dvc")
      throw new TrainyardError("INPUT_INVALID", {
        input: "--all-commits",
        expected: "given with dvc alone",
        got: `given with ${inputs.system}`,
      });
    const report = await read(project, inputs.system, { ...given, allCommits: inputs["all-commits"] });
    return { json: report, text: reportText(report), exit: 0 };
  },
});

type Given = Parameters<typeof importDvcVerb>[1] & Parameters<typeof importMlflowVerb>[1];

function read(project: Project, system: "gto" | "mlflow" | "dvc", given: Given) {
  if (system === "gto") return importGtoVerb(project, given);
  return system === "dvc" ? importDvcVerb(project, given) : importMlflowVerb(project, given);
}

/** Rows beyond this are counted: --json has them all. */
const ROWS = 40;

const NOTHING = {
  gto: "Nothing of GTO here: no tag is one of its.",
  dvc: "Nothing of DVC here: no dvc.yaml of the commits that were looked at has `artifacts:`.",
  mlflow: "Nothing of MLflow here: its registry has no model.",
} as const;

function reportText({ system, from, models, facts, written, dryRun }: ImportReport): string {
  if (models.length === 0) return NOTHING[system];
  const refused = models.filter(({ model }) => model === null).map(({ name, why }) => [name, "not carried", why ?? ""]);
  const odd = facts
    .filter(
      ({ outcome, why, without }) =>
        outcome === "left" || (outcome !== "known" && (why !== null || without.length > 0)),
    )
    .map(({ label, outcome, why, without }) => [
      label,
      outcome === "left" ? "not carried" : outcome === "same" ? "same bytes" : "odd",
      [...(why === null ? [] : [why]), ...without].join("; "),
    ]);
  const rows = [...refused, ...odd];
  const count = (outcome: string, kind?: string) =>
    facts.filter((fact) => fact.outcome === outcome && (kind === undefined || fact.kind === kind)).length;
  const rest =
    written - facts.filter(({ outcome }) => outcome === "carried" || outcome === "noted" || outcome === "same").length;
  const carried = facts.filter(({ outcome, kind }) => outcome === "carried" && kind === "version");
  return [
    ...(carried.length === 0
      ? []
      : [
          aligned(
            ["carried over", "as"],
            carried.slice(0, ROWS).map(({ label, model, version }) => [label, `${model} v${version}`]),
          ),
          ...(carried.length > ROWS ? [`and ${carried.length - ROWS} more`] : []),
          "",
        ]),
    ...(rows.length === 0
      ? []
      : [
          aligned(["what", "", "why"], rows.slice(0, ROWS)),
          ...(rows.length > ROWS ? [`and ${rows.length - ROWS} more; --json has all`] : []),
          "",
        ]),
    ...(system === "mlflow" && !from.startsWith("http") && facts.some(isLost)
      ? ["Files that are not on this machine can be had from the MLflow server: --from http://HOST:PORT", ""]
      : []),
    `${counted(count("carried", "version"), "version")}, ${counted(count("carried", "alias"), "alias move")}, ${counted(count("carried", "withdrawn"), "withdrawal")} and ${counted(count("noted") + count("same"), "note")} ${dryRun ? "would be carried over" : "carried over"}; ${count("known")} known already, ${count("left") + refused.length} not carried. ${counted(written, "event")} ${dryRun ? "would be written" : "written"}${rest > 0 ? `, ${rest} of them for what was not carried and for aliases of withdrawn versions` : ""}.`,
  ].join("\n");
}

const isLost = ({ kind, outcome }: ImportReport["facts"][number]) => kind === "version" && outcome === "left";
