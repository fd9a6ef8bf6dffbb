import { type DoctorGroup, doctorVerb, type Finding } from "@trainyard/backends/verbs/doctor";
import { piece, type TextLine, type Tone, TrainyardError, z } from "@trainyard/core";
import { command } from "../command.ts";

const TONES: Readonly<Record<Finding["status"], Tone>> = { ok: "pass", warn: "warn", fail: "fail", unknown: "muted" };

export const doctor = command({
  about: [
    "Looks at what a project needs: this machine, the config, the registry, the workflows; and, with a token in GITHUB_TOKEN or GH_TOKEN, the repository's settings on GitHub. It says what to do and changes nothing; with --live --write it tries a commit and an upload, and removes them.",
    "Exits 1 when something fails. What cannot be looked at, without a network or a permission, is `unknown`.",
  ].join("\n"),
  examples: [
    ["trainyard doctor", "this machine, the config, the workflows"],
    ["GITHUB_TOKEN=$(gh auth token) trainyard doctor", "and the repository's settings"],
    ["GITHUB_TOKEN=$(gh auth token) trainyard doctor --live --write", "and a commit and an upload, removed again"],
  ],
  inputs: z.strictObject({
    repository: z
      .string()
      .optional()
      .describe("the repository on GitHub; default: origin's")
      .meta({ placeholder: "OWNER/NAME" }),
    live: z
      .boolean()
      .default(false)
      .describe("try what only a live repository can prove; reads, unless told otherwise"),
    write: z
      .boolean()
      .default(false)
      .describe("with --live: make a throw-away branch and a draft release, and remove both"),
    issue: z
      .int()
      .positive()
      .optional()
      .describe("with --live: comment on this issue and remove the comment")
      .meta({ placeholder: "N" }),
  }),
  stops: false,
  async run(inputs, { folder, environment }) {
    if (!inputs.live && (inputs.write || inputs.issue !== undefined))
      throw new TrainyardError("INPUT_INVALID", {
        input: inputs.write ? "--write" : "--issue",
        expected: "given with --live",
        got: "given alone",
      });
    const live = inputs.live ? { write: inputs.write, issue: inputs.issue ?? null } : null;
    const groups = await doctorVerb(folder, { repository: inputs.repository, live }, environment);
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
      [
        piece(
          name === "here" ? "Here" : name === "workflows" ? "Workflows" : name === "live" ? "Live" : name,
          "strong",
        ),
      ],
      ...findings.flatMap(({ id, status, found, todo }) => [
        [piece("  "), piece(status.padEnd(7), TONES[status]), piece(`  ${id.padEnd(width)}  ${found}`)],
        ...(todo === null ? [] : [[piece(`${" ".repeat(width + 13)}→ ${todo}`)]]),
      ]),
      [],
    ]),
    [piece(`${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed, ${count("unknown")} unknown`)],
  ];
}
