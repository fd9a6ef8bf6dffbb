import { chooseModel, originText, versionRows, z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";
import { heldBy } from "../held-by.ts";

export const list = command({
  about: "Newest first. Without a model: those of every model in the registry.",
  examples: [
    ["trainyard list", "everything"],
    ["trainyard list churn --json", "an array, for scripts"],
  ],
  inputs: z.strictObject({
    model: z.string().optional().describe("only this model").meta({ positional: true, placeholder: "MODEL" }),
  }),
  stops: false,
  async run(inputs, context) {
    const registry = await context.registry();
    const inRegistry = await registry.models();
    const models =
      inputs.model === undefined
        ? inRegistry
        : inRegistry.includes(inputs.model)
          ? [inputs.model]
          : [chooseModel((await context.project()).config, inputs.model, inRegistry).model];
    const states = await Promise.all(models.map((model) => registry.state(model)));
    const rows = states.flatMap(versionRows);
    const text = () =>
      rows.length === 0
        ? "No version yet. Train, evaluate and register one: trainyard train"
        : aligned(
            ["model", "version>", "registered", "by", "run", "held by"],
            rows.map((row) => [
              row.model,
              `v${row.version}`,
              row.registeredAt.slice(0, 10),
              row.by,
              row.origin === null ? (row.run ?? "") : originText(row.origin),
              heldBy(row),
            ]),
          );
    return { json: rows, text, exit: 0 };
  },
});
