import { verifyRegistry, z } from "@trainyard/core";
import { command } from "../command.ts";

/** Findings printed: a store that is not here has one for every blob. */
const SHOWN = 20;

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
            ...done.findings.slice(0, SHOWN).map((finding) => `  ${finding.where}: ${finding.problem}`),
            ...(done.findings.length > SHOWN ? [`  and ${done.findings.length - SHOWN} more: --json has all`] : []),
            ...(done.findings.some(({ where }) => where.startsWith("sha256:"))
              ? ["Bytes come back from any folder that has them: trainyard restore --from DIR"]
              : []),
          ].join("\n");
    return { json: done, text, exit: done.findings.length === 0 ? 0 : 1 };
  },
});
