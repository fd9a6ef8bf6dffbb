import { type MirrorReport, mirrorGtoVerb } from "@trainyard/backends";
import { z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";

export const mirror = command({
  about: [
    "Writes versions and aliases as the annotated tags GTO would have written, so that GTO and workflows that start on its tags go on. The registry stays what it is, and the tags follow it.",
    "A tag that exists is never moved or deleted. A second run writes only what is new. What GTO cannot hold is listed with the reason: two versions of one commit, a commit that is not in this repository, names it does not take.",
    "Without --push nothing leaves this machine. With it the new tags go to origin, without force. docs/migrate.md says when GitHub starts workflows for them.",
  ].join("\n"),
  examples: [
    ["trainyard mirror gto --dry-run", "only the report"],
    ["trainyard mirror gto churn --push", "one model; its tags go to origin"],
  ],
  inputs: z.strictObject({
    system: z.enum(["gto"]).describe("what to mirror to").meta({ positional: true, placeholder: "SYSTEM" }),
    model: z
      .array(z.string())
      .default([])
      .describe("the models; default: all")
      .meta({ positional: true, placeholder: "MODEL…" }),
    "dry-run": z.boolean().default(false).describe("write nothing"),
  }),
  stops: false,
  async run(inputs, context) {
    const { model: models, "dry-run": dry } = inputs;
    const report = await mirrorGtoVerb(await context.project(), { models, dry, push: context.write === "push" });
    return { json: report, text: reportText(report), exit: (report.push?.refused.length ?? 0) > 0 ? 1 : 0 };
  },
});

/** Rows beyond this are counted: --json has them all. */
const ROWS = 40;

function reportText({ tags, known, left, push, dryRun }: MirrorReport): string {
  const table = (head: string[], rows: string[][]) =>
    rows.length === 0
      ? []
      : [
          aligned(head, rows.slice(0, ROWS)),
          ...(rows.length > ROWS ? [`and ${rows.length - ROWS} more; --json has all`] : []),
          "",
        ];
  const refused = push?.refused ?? [];
  const pushed =
    push === null
      ? ""
      : ` ${push.pushed.length} pushed to origin${push.quietly ? ", too many at once for GitHub to start workflows" : ""}${refused.length > 0 ? `, ${refused.length} refused by it` : ""}.`;
  return [
    ...table(
      ["tag", "commit", "event>"],
      tags.map(({ tag, commit, event }) => [tag, commit.slice(0, 7), `${event}`]),
    ),
    ...table(
      ["not mirrored", "", "why"],
      left.map(({ model, what, why }) => [model, what, why]),
    ),
    ...table(
      ["not pushed", "why"],
      refused.map(({ tag, why }) => [tag, why]),
    ),
    `${tags.length} tags ${dryRun ? "would be written" : "written"}, ${known} there already, ${left.length} not mirrored.${pushed}`,
  ].join("\n");
}
