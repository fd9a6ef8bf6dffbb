import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { metadataOf } from "./our-actions.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The service imports JSON as bundlers do; Node wants to be told that it is JSON. */
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
});

/** Its list of events of `on: [pull_request, merge_group]` lacks the second one's payload. */
const MERGE_GROUP = "Context access might be invalid: merge_group";

let asked = 0;

/** What GitHub's own language service finds in a workflow or an action.yml, one line each. */
export async function findings(path: string, text = readFileSync(join(ROOT, path), "utf8")): Promise<string[]> {
  const { validate } = await import("@actions/languageservice");
  const document = {
    uri: `file:///${++asked}/${path}`, // it remembers what it parsed by this
    languageId: "yaml",
    version: 1,
    lineCount: text.split("\n").length,
    getText: () => text,
    positionAt: () => ({ line: 0, character: 0 }),
    offsetAt: () => 0,
  };
  const found = await validate(document as never, {
    actionsMetadataProvider: {
      fetchActionMetadata: async ({ owner, name, path: folder = "" }) =>
        metadataOf(`${owner}/${name}`, folder) as never,
    },
    featureFlags: { isEnabled: () => true } as never,
  });
  return found
    .filter(({ message }) => message !== MERGE_GROUP)
    .map(({ message, range }) => `${path}:${range.start.line + 1}: ${message}`);
}
