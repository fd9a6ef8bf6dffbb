import { verifyRegistry, z } from "@trainyard/core";
import { command } from "../command.ts";

export const verify = command({
  about:
    "Replays the registry's log, recomputes every digest, follows every link and reads the stored bytes. Names the first bad event. Exits 1 when something is not as it was written.",
  examples: [["trainyard verify --no-bytes", "only the branch, not the store"]],
  inputs: z.strictObject({ "no-bytes": z.boolean().default(false).describe("do not read the stored bytes") }),
  stops: false,
  async run(inputs, context) {
    const { backend } = await context.project();
    const done = await verifyRegistry(backend, { blobs: !inputs["no-bytes"] });
    const read = `${done.events} events, ${done.versions} versions${inputs["no-bytes"] ? "" : `, ${done.blobs} blobs`}`;
    const text =
      done.findings.length === 0
        ? `Everything is as it was written: ${read}.`
        : [
            `${done.findings.length} ${done.findings.length === 1 ? "finding" : "findings"} in ${read}:`,
            ...done.findings.map((finding) => `  ${finding.where}: ${finding.problem}`),
          ].join("\n");
    return { json: done, text, exit: done.findings.length === 0 ? 0 : 1 };
  },
});
