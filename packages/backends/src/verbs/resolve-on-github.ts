import { openRegistry, parseReference, resolve } from "@trainyard/core";
import { connectionTo, tokenIn } from "../github/call/connection.ts";
import { clockFrom } from "../local/clock.ts";
import { systemRandom } from "../local/random.ts";
import { sha256 } from "../local/sha256.ts";

/**
 * `resolve --repository`: what a name means in the registry of a repository on GitHub, without a clone. An alias is one call; anything else, and who
 * has no token, fetches the branch's newest commit for a moment.
 * @throws REFERENCE_INVALID, INPUT_INVALID; GITHUB_FORBIDDEN, SERVICE_UNREACHABLE; and what resolving refuses
 */
export async function resolveOnGithub(
  name: string,
  repository: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ model: string; version: number; rootDigest: string }> {
  const reference = parseReference(name);
  const { model, which } = reference;
  const token = tokenIn(environment);
  const connection = connectionTo(repository, "--repository", environment, token);
  const { openGithub } = await import("../github/call/github.ts");
  const github = openGithub(connection);
  if (token !== "" && which !== null && "alias" in which && which.alias !== "latest") {
    const { resolveAlias } = await import("../github/registry/resolve-alias.ts");
    const holder = await resolveAlias(github, model, which.alias);
    if (holder !== null) return { model, version: holder.version, rootDigest: holder.rootDigest };
  }
  const { githubBranch } = await import("../github/registry/registry-branch.ts");
  const actor = { name: "trainyard", kind: "person" } as const; // writes nothing
  const clock = clockFrom(environment);
  const { branch } = await githubBranch({ root: null, github, actor, clock });
  try {
    const registry = openRegistry({ branch, sha256, clock, random: systemRandom(), actor });
    const { version, rootDigest } = await resolve(registry, reference);
    return { model, version, rootDigest };
  } finally {
    branch.close();
  }
}
