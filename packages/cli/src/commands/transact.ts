import { transactVerb } from "@trainyard/backends";
import { historyRows, z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";

export const transact = command({
  about: [
    "Reads one operation a line, as JSON: `alias` (model, alias, version or null, perhaps expected and reason), `withdraw` (model, version, reason), `note` (model, text, perhaps version).",
    "All of them become one commit, over one model or many; if a line cannot be done, it is named and nothing is written. Each line counts on those before it. Registering, judging and deploying are not written by hand.",
  ].join("\n"),
  examples: [
    ["trainyard transact changes.jsonl", "all or nothing"],
    [
      'echo \'{"op":"alias","model":"churn","alias":"champion","version":12,"expected":11}\' | trainyard transact -',
      "from a pipe",
    ],
  ],
  inputs: z.strictObject({
    file: z.string().describe("the operations; -: standard input").meta({ positional: true, placeholder: "FILE|-" }),
  }),
  stops: false,
  async run(inputs, context) {
    const done = await transactVerb(await context.project(), context.folder, inputs.file);
    const count = `${done.operations} ${done.operations === 1 ? "operation" : "operations"}`;
    const rows = historyRows(done.events, null).map((row) => [
      String(row.seq),
      row.model ?? "",
      `${row.what}${row.why === null ? "" : `: ${row.why}`}`,
    ]);
    return {
      json: done,
      text:
        rows.length === 0
          ? `Nothing to do: ${count}, and everything is so already.`
          : `${aligned(["#>", "model", "what"], rows)}\n${count} in one commit.`,
      exit: 0,
    };
  },
});
