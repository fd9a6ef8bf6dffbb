import { restoreVerb } from "@trainyard/backends";
import { z } from "@trainyard/core";
import { command } from "../command.ts";

export const restore = command({
  about:
    "Reads every blob the registry needs and puts back what is lost or damaged, from another store, run bundles or any folder that holds the bytes, under whatever names. Each file is checked against its digest. Exits 1 when something is still lost.",
  examples: [
    ["trainyard restore --from /backup/.trainyard", "from a copy of the store"],
    ["trainyard restore --from ../colleague/churn", "from another clone's store and runs"],
  ],
  inputs: z.strictObject({
    from: z.string().min(1).describe("the folder to look in").meta({ placeholder: "DIR" }),
  }),
  stops: false,
  async run(inputs, context) {
    const done = await restoreVerb(await context.project(), context.folder, inputs.from);
    const { checked, restored, lost } = done;
    const end =
      lost.length > 0
        ? `${lost.length} of ${checked} blobs are still lost.`
        : restored.length === 0
          ? `Nothing is lost: ${checked} blobs are as they were written.`
          : `All ${checked} blobs are as they were written.`;
    const text = [
      ...restored.map(({ what, problem }) => `restored  ${what} (was ${problem})`),
      ...lost.map(({ what, digest, problem }) => `${problem.padEnd(8)}  ${what}  ${digest}`),
      end,
    ];
    return { json: done, text: text.join("\n"), exit: lost.length === 0 ? 0 : 1 };
  },
});
