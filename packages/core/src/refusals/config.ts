/** Refusals about trainyard.yaml, flags, inputs and references. */
export const configRefusals = {
  CONFIG_NOT_FOUND: (d: { folder: string }) => [
    `There is no trainyard.yaml in ${d.folder} or above it.`,
    "Run `trainyard init` in your project, or pick a project with -C DIR.",
  ],
  CONFIG_SYNTAX: (d: { at: string; problem: string }) => [
    `${d.at}: this is not valid YAML: ${d.problem}`,
    "Check indentation, colons and quotes at that place.",
  ],
  CONFIG_UNKNOWN_KEY: (d: { at: string; key: string; nearest: string | null; known: readonly string[] }) => [
    `${d.at}: ${d.key} is not a setting.${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    `Known here: ${d.known.join(", ")}.`,
  ],
  CONFIG_INVALID: (d: { at: string; field: string; expected: string; got: string }) => [
    `${d.at}: ${d.field} must be ${d.expected}, but is ${d.got}.`,
    "Correct the value; `trainyard init` writes a JSON Schema that editors use to complete and check it.",
  ],
  MODEL_UNKNOWN: (d: { model: string; nearest: string | null; known: readonly string[] }) => [
    `There is no model "${d.model}" in trainyard.yaml.${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    `Models here: ${d.known.join(", ") || "none"}.`,
  ],
  MODEL_AMBIGUOUS: (d: { known: readonly string[] }) => [
    "The config has several models and none was named.",
    `Name one: ${d.known.join(", ")}.`,
  ],
  SETTING_MISSING: (d: { model: string; setting: string; needed: string }) => [
    `models.${d.model}.${d.setting} is not set, and ${d.needed} needs it.`,
    `Add ${d.setting.split(".").at(-1) ?? d.setting} under models.${d.model} in trainyard.yaml.`,
  ],
  INPUT_UNKNOWN: (d: { input: string; nearest: string | null; known: readonly string[] }) => [
    `${d.input} is not an input.${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    d.known.length === 0 ? "None is taken here." : `Known: ${d.known.join(", ")}.`,
  ],
  WORD_TOO_MANY: (d: { word: string; taken: readonly string[]; flags: readonly string[] }) => [
    `${JSON.stringify(d.word)} is a word too many: ${d.taken.length === 0 ? "no word is taken here" : `what is taken is ${d.taken.join(" ")}`}.`,
    `Put quotes around what has spaces; a version is one word, MODEL@VERSION.${d.flags.length === 0 ? "" : ` Flags here: ${d.flags.join(", ")}.`}`,
  ],
  COMMAND_UNKNOWN: (d: { command: string; nearest: string | null; known: readonly string[] }) => [
    `There is no command "${d.command}".${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    `Commands: ${d.known.join(", ")}.`,
  ],
  INPUT_INVALID: (d: { input: string; expected: string; got: string }) => [
    `${d.input} must be ${d.expected}, but is ${d.got}.`,
    "Correct it and run again.",
  ],
  INPUT_UNUSED: (d: {
    input: string;
    setting: string | null;
    with?: string;
    without?: string;
    instead?: string | null;
  }) => [
    `${d.input} does nothing ${d.with === undefined ? `without ${d.without}` : `with ${d.with}`}.`,
    d.instead != null
      ? d.instead
      : d.setting === null
        ? "Leave it out."
        : `In a project ${d.setting} of trainyard.yaml says it; else leave it out.`,
  ],
  INPUT_MISSING: (d: { input: string; needed: string }) => [`${d.input} is missing: ${d.needed}.`, `Give ${d.input}.`],
  CANDIDATE_UNNAMED: (d: { file: string; candidate: string | null; baseline: string | null }) => [
    `${d.file} is a file, and without --candidate a run of the project is judged.`,
    `To judge files: trainyard evaluate --candidate ${d.candidate ?? "FILE"} --baseline ${d.baseline ?? "FILE"}.`,
  ],
  REFERENCE_INVALID: (d: { reference: string }) => [
    `"${d.reference}" does not name a version.`,
    "Write MODEL@12, MODEL@production or MODEL@sha256:… .",
  ],
  NAME_INVALID: (d: { what: string; name: string; rule: string }) => [
    `${JSON.stringify(d.name)} cannot be the name of ${d.what}: ${d.rule}.`,
    "Choose another name.",
  ],
  PATH_OUTSIDE: (d: { path: string; what: string }) => [
    `${d.what} ${JSON.stringify(d.path)} leads out of the project folder.`,
    "Use a path below the folder of trainyard.yaml, without `..` and without symlinks out of it.",
  ],
  FILE_NOT_FOUND: (d: { path: string; what: string }) => [
    `${d.what} ${JSON.stringify(d.path)} does not exist.`,
    "Check the path; it is relative to the folder of trainyard.yaml, or, without a project, to the folder you are in.",
  ],
  FILE_UNREADABLE: (d: { path: string; problem: string }) => [
    `${JSON.stringify(d.path)} cannot be read: ${d.problem}.`,
    "Check that it is a plain file you may read.",
  ],
  FILE_UNWRITABLE: (d: { path: string; problem: string }) => [
    `${JSON.stringify(d.path)} cannot be written: ${d.problem}.`,
    "Check the permissions of the folder and that the disk is not read-only.",
  ],
  FILE_EXISTS: (d: { path: string }) => [
    `Already there: ${d.path}. Nothing was written.`,
    "Remove what is in the way first, or choose another place.",
  ],
  DISK_FULL: (d: { path: string }) => [
    `There is no space left to write ${d.path}. Nothing is half-written.`,
    "Free some space and run again.",
  ],
  PLATFORM_UNSUPPORTED: (d: { platform: string; verb: string }) => [
    `\`${d.verb}\` does not run on ${d.platform}: it needs process groups and atomic symlinks.`,
    "Run it on Linux or macOS (a self-hosted runner, WSL or a container); reading works here.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
