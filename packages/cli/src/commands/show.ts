import {
  byteSize,
  chooseModel,
  duration,
  instant,
  longDate,
  type ModelState,
  type ModelVersion,
  parseReference,
  resolve,
  z,
} from "@trainyard/core";
import { command } from "../command.ts";

export const show = command({
  name: "show",
  summary: "one version: what it is, how it was judged, where it is live",
  about: "Names a version as MODEL@12, MODEL@production or by digest; without @ the newest one.",
  examples: [["trainyard show churn@production", "what is in production, and since when"]],
  inputs: z.strictObject({
    model: z.string().optional().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
  }),
  stops: false,
  async run(inputs, context) {
    const { registry, config } = await context.project();
    const reference = parseReference(inputs.model ?? chooseModel(config, null).model);
    const { version } = await resolve(registry, reference);
    const manifest = await registry.manifest(reference.model, version);
    const state = await registry.state(reference.model);
    const aliases = [...state.aliases.values()]
      .filter((alias) => alias.version === version)
      .map((alias) => alias.alias);
    return { json: { ...manifest, aliases }, text: text(manifest, state, aliases), exit: 0 };
  },
});

function text(version: ModelVersion, state: ModelState, aliases: readonly string[]): string {
  const row = (name: string, value: string) => `  ${name.padEnd(12)}${value}`;
  const live = state.deployments.findLast(
    (deployment) =>
      deployment.version === version.version &&
      deployment.outcome === "live" &&
      aliases.includes(deployment.environment),
  );
  const withdrawn = state.versions[version.version - 1]?.withdrawn ?? null;
  const heading =
    withdrawn !== null
      ? `withdrawn: ${withdrawn}`
      : live === undefined
        ? aliases.length > 0
          ? aliases.join(", ")
          : "not live"
        : `live in ${live.environment} since ${longDate(instant(live.at) ?? 0)} UTC`;
  const metrics = version.metrics.map(
    ({ name, estimate }) =>
      `${name} ${estimate.value.toPrecision(4)}${estimate.interval === null ? "" : ` [${estimate.interval.map((end) => end.toPrecision(4)).join(", ")}]`}`,
  );
  const alarm = state.drifts.findLast(
    (drift) => drift.retrain && (instant(drift.at) ?? 0) <= (instant(version.registeredAt) ?? 0),
  );
  const lead =
    live === undefined || alarm === undefined || alarm.version === version.version
      ? []
      : [
          row(
            "lead time",
            `${duration(((instant(live.at) ?? 0) - (instant(alarm.at) ?? 0)) / 1000)} from alarm to live`,
          ),
        ];
  return [
    `${version.model} v${version.version}   ${heading}`,
    row(
      "trained",
      `run ${version.run}, commit ${version.commit.slice(0, 7)}, ${version.data.length} data ${version.data.length === 1 ? "file" : "files"}${
        version.params === null
          ? ""
          : `, ${Object.entries(version.params)
              .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
              .join(", ")}`
      }`,
    ),
    row(
      "judged",
      `${version.verdict}${version.override === null ? "" : `, overridden by ${version.override.by}: ${version.override.reason}`}`,
    ),
    ...metrics.map((metric) => row("", metric)),
    row("registered", `${longDate(instant(version.registeredAt) ?? 0)} UTC by ${version.by.name}`),
    ...lead,
    ...version.files.map((file, index) =>
      row(index === 0 ? "files" : "", `${file.path}  ${byteSize(file.size)}  ${file.digest.slice(0, 19)}…`),
    ),
    row("digest", version.rootDigest),
  ].join("\n");
}
