import { aliasAt, aliasFiles, TrainyardError, z } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import { BRANCH } from "./branch-refusal.ts";

/** Files are asked of the commit, not of the branch: what another job writes meanwhile is not mixed in. */
const QUERY = `query HolderOfAlias($owner: String!, $name: String!, $branch: String!, $registry: String!, $alias: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $branch) {
      target {
        ... on Commit {
          oid
          message
          tree { oid }
          parents(first: 2) { nodes { oid } }
          registry: file(path: $registry) { object { ... on Blob { text isTruncated } } }
          alias: file(path: $alias) { object { ... on Blob { text isTruncated } } }
        }
      }
    }
  }
}`;

const File = z
  .object({ object: z.object({ text: z.string().nullable(), isTruncated: z.literal(false) }).nullable() })
  .nullable();
const Answer = z.object({
  repository: z
    .object({
      ref: z
        .object({
          target: z.object({
            oid: z.string(),
            message: z.string(),
            tree: z.object({ oid: z.string() }),
            parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }),
            registry: File,
            alias: File,
          }),
        })
        .nullable(),
    })
    .nullable(),
});

/**
 * Who holds an alias, in one call and without a clone.
 * @returns Null when nobody does, or when there is no registry.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE, GITHUB_ANSWER, GITHUB_FORBIDDEN, GITHUB_LIMIT, SERVICE_UNREACHABLE
 */
export async function resolveAlias(
  github: Github,
  model: string,
  alias: string,
): Promise<{ version: number; rootDigest: string } | null> {
  const paths = aliasFiles(model, alias);
  const [registry, file] = paths;
  const data = await github.graphql<unknown>(QUERY, { branch: `refs/heads/${BRANCH}`, registry, alias: file });
  const answer = Answer.safeParse(data);
  if (!answer.success) {
    const problem = `${answer.error.issues[0]?.path.join(".")} is not what was asked`;
    throw new TrainyardError("GITHUB_ANSWER", { what: `the holder of ${model}@${alias}`, problem });
  }
  const commit = answer.data.repository?.ref?.target;
  if (commit === undefined) return null;
  const texts = [commit.registry, commit.alias].map((one) => one?.object?.text ?? null);
  const files = new Map(
    paths.flatMap((path, index): [string, string][] => {
      const text = texts[index] ?? null;
      return text === null ? [] : [[path, text]];
    }),
  );
  const { oid: revision, message, tree, parents } = commit;
  return aliasAt(
    { revision, message, tree: tree.oid, parents: parents.nodes.map(({ oid }) => oid) },
    files,
    model,
    alias,
  );
}
