import { gcVerb } from "@trainyard/backends";
import { byteSize, type Garbage, timestamp, z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { type Context, command } from "../command.ts";

/** More lines than this nobody reads; --json has all. */
const SHOWN = 50;
/** Documents that are not here are mostly all of them, in a clone without the store. */
const NOTED = 3;

export const gc = command({
  about:
    "Lists blobs of the store that no version, event, run or index entry names and that are older than a day, the largest first. Nothing is removed without --prune.\nWhile it removes, nobody can train here; a blob that is stored again meanwhile stays.\nWith --releases or --repository the store is that of a repository on GitHub (the token is read from GITHUB_TOKEN or GH_TOKEN): a release goes as a whole, where nothing in it is needed, and so do drafts that nobody finished. Every job may go on registering.",
  examples: [
    ["trainyard gc", "what could go, and how much room it takes"],
    ["trainyard gc --prune", "take it away"],
    ["GITHUB_TOKEN=$(gh auth token) trainyard gc --releases", "the same of the releases of origin's repository"],
  ],
  inputs: z.strictObject({
    prune: z.boolean().default(false).describe("take them away"),
    "sole-user": z
      .boolean()
      .default(false)
      .describe("no other project uses the store; needed to prune one that lies outside the project"),
    releases: z
      .boolean()
      .default(false)
      .describe("the releases of origin's repository on GitHub, instead of the store here"),
    repository: z
      .string()
      .optional()
      .describe("the releases of this repository on GitHub; no clone is needed")
      .meta({ placeholder: "OWNER/NAME" }),
  }),
  stops: false,
  async run(inputs, context) {
    const onGithub = inputs.releases || inputs.repository !== undefined;
    const done = await (onGithub ? collectReleases(inputs, context) : gcVerb(await context.project(), inputs));
    for (const { what, problem } of done.unread.slice(0, NOTED))
      context.terminal.progress.note(problem.startsWith(what) ? problem : `${what}: ${problem}`);
    if (done.unread.length > NOTED)
      context.terminal.progress.note(`and ${done.unread.length - NOTED} more documents that are not here`);
    const rest = `${done.kept} are needed${done.young > 0 ? `, ${done.young} are younger than a day` : ""}`;
    if (done.blobs.length + done.kept + done.young === 0)
      return { json: done, text: `Nothing to remove: the store is empty${onGithub ? "" : " here"}.`, exit: 0 };
    if (done.blobs.length === 0)
      return { json: done, text: `Nothing to remove: of the store's blobs ${rest}.`, exit: 0 };
    const rows = done.blobs
      .slice(0, SHOWN)
      .map(({ digest, size, storedAt }) => [digest, byteSize(size), timestamp(storedAt).slice(0, 10)]);
    const more = done.blobs.length > SHOWN ? [`and ${done.blobs.length - SHOWN} more`] : [];
    const end = inputs.prune
      ? `Removed ${done.removed.blobs} blobs, ${byteSize(done.removed.bytes)}; ${rest}.`
      : `${done.blobs.length} blobs, ${byteSize(done.bytes)}, belong to nothing; ${rest}. Take them away: the same command with --prune`;
    return { json: done, text: [aligned(["blob", "size>", "stored"], rows), ...more, end].join("\n"), exit: 0 };
  },
});

async function collectReleases(
  inputs: { prune: boolean; repository?: string | undefined },
  { folder, environment, terminal }: Context,
): Promise<Garbage> {
  const { gcReleasesVerb } = await import("@trainyard/backends/verbs/gc-releases");
  return gcReleasesVerb(folder, inputs, { environment, progress: terminal.progress });
}
