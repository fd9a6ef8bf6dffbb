import { type DoctorGroup, doctorVerb, type Finding } from "@trainyard/backends/verbs/doctor";
import { piece, type TextLine, type Tone, z } from "@trainyard/core";
import { command } from "../command.ts";

const TONES: Readonly<Record<Finding["status"], Tone>> = { ok: "pass", warn: "warn", fail: "fail", unknown: "muted" };

export const doctor = command({
  about: [
    "Looks at what a project needs: this machine, the config, the registry, the workflows; and, with a token in GITHUB_TOKEN or GH_TOKEN, the repository's settings on GitHub. It changes nothing, and says what to do.",
    "Exits 1 when something fails. What cannot be looked at, without a network or a permission, is `unknown`.",
  ].join("\n"),
  examples: [
    ["trainyard doctor", "this machine, the config, the workflows"],
    ["GITHUB_TOKEN=$(gh auth token) trainyard doctor", "and the repository's settings"],
  ],
  inputs: z.strictObject({
    repository: z
      .string()
      .optional()
      .describe("the repository on GitHub; default: origin's")
      .meta({ placeholder: "OWNER/NAME" }),
  }),
  stops: false,
  async run(inputs, { folder, environment }) {
    const groups = await doctorVerb(folder, inputs, environment);
    return outcomeOf(groups);
  },
});

function outcomeOf(groups: readonly DoctorGroup[]) {
  const all = groups.flatMap(({ findings }) => findings);
  const failed = all.some(({ status }) => status === "fail");
  const json = {
    healthy: !failed,
    checks: groups.flatMap(({ name, findings }) =>
      findings.map((finding) => ({ group: name.toLowerCase(), ...finding })),
    ),
  };
  return { json, text: textOf(groups, all), exit: failed ? 1 : 0 } as const;
}

function textOf(groups: readonly DoctorGroup[], all: readonly Finding[]): TextLine[] {
  const width = Math.max(0, ...all.map(({ id }) => id.length));
  const count = (status: Finding["status"]) => all.filter((one) => one.status === status).length;
  return [
    ...groups.flatMap(({ name, findings }) => [
      [piece(name === "here" ? "Here" : name === "workflows" ? "Workflows" : name, "strong")],
      ...findings.flatMap(({ id, status, found, todo }) => [
        [piece("  "), piece(status.padEnd(7), TONES[status]), piece(`  ${id.padEnd(width)}  ${found}`)],
        ...(todo === null ? [] : [[piece(`${" ".repeat(width + 13)}→ ${todo}`)]]),
      ]),
      [],
    ]),
    [piece(`${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed, ${count("unknown")} unknown`)],
  ];
}
