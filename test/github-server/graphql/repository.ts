import { commitParts } from "../rest/commit-shape.ts";
import { seesDrafts } from "../rest/releases.ts";
import { node } from "../shapes.ts";
import type { Release } from "../state.ts";
import type { Token } from "../tokens.ts";
import type { World } from "../world.ts";
import { connection, type Window } from "./connection.ts";
import { demand, graphqlRefused } from "./refused.ts";

type Fields = Record<string, unknown>;

/** Bytes of a text that GraphQL gives; more is cut off. */
const LONGEST_TEXT = 512_000;

export function repositoryOf(world: World, token: Token, { owner, name }: { owner: string; name: string }): Fields {
  if (`${owner}/${name}`.toLowerCase() !== world.slug.toLowerCase())
    throw graphqlRefused("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  const readable = () => demand(token, { contents: "read" });
  return {
    __typename: "Repository",
    id: node("R", world.slug),
    databaseId: 1,
    name: world.name,
    nameWithOwner: world.slug,
    url: world.html,
    isPrivate: true,
    owner: { __typename: "User", login: world.owner, id: node("U", world.owner) },
    viewerPermission: token.permissions.contents === "write" ? "WRITE" : "READ",
    defaultBranchRef: () => refOf(world, `refs/heads/${world.defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) => {
      readable();
      return refOf(world, qualifiedName.startsWith("refs/") ? qualifiedName : `refs/heads/${qualifiedName}`);
    },
    object: async ({ expression, oid }: { expression?: string; oid?: string }) => {
      readable();
      const name = await world.git.resolve(expression ?? `${oid}`);
      return name === null ? null : objectOf(world, name);
    },
    release: ({ tagName }: { tagName: string }) => {
      readable();
      const all = world.state.releases.filter((one) => one.tag === tagName && (!one.draft || seesDrafts(token)));
      const found = all.findLast(({ draft }) => !draft) ?? all.at(-1);
      return found === undefined ? null : releaseOf(world, found);
    },
    releases: (window: Window) => {
      readable();
      const all = world.state.releases.filter((one) => !one.draft || seesDrafts(token)).toReversed();
      return connection(all, window, (one) => releaseOf(world, one));
    },
    pullRequest: ({ number }: { number: number }) => {
      demand(token, { pull_requests: "read" });
      const found = world.state.pulls.find((one) => one.number === number);
      if (found === undefined)
        throw graphqlRefused("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
      return {
        __typename: "PullRequest",
        id: node("PR", found.id),
        number,
        title: found.title,
        state: found.merged ? "MERGED" : found.state.toUpperCase(),
        headRefName: found.head.ref,
        headRefOid: found.head.sha,
        baseRefName: found.base.ref,
        baseRefOid: found.base.sha,
        url: `${world.html}/pull/${number}`,
        isCrossRepository: found.head.repository !== world.slug,
      };
    },
  };
}

export async function refOf(world: World, ref: string): Promise<Fields | null> {
  const sha = await world.git.resolve(ref);
  if (sha === null) return null;
  const [, kind = "", name = ""] = /^(refs\/[^/]+\/)(.+)$/.exec(ref) ?? [];
  return {
    __typename: "Ref",
    id: node("REF", ref),
    name,
    prefix: kind,
    target: () => objectOf(world, sha),
    compare: () => null,
  };
}

async function objectOf(world: World, sha: string): Promise<Fields | null> {
  const type = (await world.git.object(sha))?.type ?? null;
  if (type === "commit") return commitOf(world, sha);
  if (type === "tree") return treeOf(world, sha, "");
  if (type === "blob") return blobOf(world, sha);
  return type === null
    ? null
    : { __typename: "Tag", oid: sha, id: node("TA", sha), target: () => objectOf(world, `${sha}^{}`) };
}

export async function commitOf(world: World, sha: string): Promise<Fields> {
  const { author, committer, message, tree, parents, verification } = await commitParts(world, sha);
  const actor = (one: { name: string; email: string; date: string }) => ({
    __typename: "GitActor",
    ...one,
    user: null,
  });
  return {
    __typename: "Commit",
    id: node("C", sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    url: `${world.html}/commit/${sha}`,
    message,
    messageHeadline: message.split("\n")[0],
    messageBody: message.split("\n").slice(1).join("\n").trim(),
    authoredDate: author.date,
    committedDate: committer.date,
    author: actor(author),
    committer: actor(committer),
    tree: () => treeOf(world, tree, ""),
    parents: (window: Window) => connection(parents, window, (one) => commitOf(world, one)),
    signature: verification.verified
      ? {
          __typename: "GpgSignature",
          isValid: true,
          state: "VALID",
          wasSignedByGitHub: true,
          email: "noreply@github.com",
        }
      : null,
    file: async ({ path }: { path: string }) => {
      const line = (await world.git.git(["ls-tree", "-z", sha, "--", path])).split("\0")[0] ?? "";
      return line === "" ? null : entryOf(world, line, "");
    },
    history: async (window: Window & { path?: string | null }) => {
      const path = window.path ? ["--", window.path] : [];
      const shas = (await world.git.git(["rev-list", "--max-count=1000", sha, ...path])).split("\n").filter(Boolean);
      return connection(shas, window, (one) => commitOf(world, one));
    },
  };
}

function treeOf(world: World, sha: string, prefix: string): Fields {
  return {
    __typename: "Tree",
    id: node("T", sha),
    oid: sha,
    entries: async () => {
      const lines = (await world.git.git(["ls-tree", "-z", sha])).split("\0").filter(Boolean);
      return lines.map((line) => entryOf(world, line, prefix));
    },
  };
}

function entryOf(world: World, line: string, prefix: string): Fields {
  const [head = "", name = ""] = line.split("\t", 2);
  const [mode = "", type = "", oid = ""] = head.split(" ");
  return {
    __typename: "TreeEntry",
    name: name.split("/").at(-1),
    path: prefix + name,
    oid,
    type,
    mode: Number.parseInt(mode, 8),
    object: () => objectOf(world, oid),
  };
}

async function blobOf(world: World, sha: string): Promise<Fields> {
  const bytes = (await world.git.object(sha))?.bytes ?? Buffer.alloc(0);
  const binary = bytes.subarray(0, 8000).includes(0);
  return {
    __typename: "Blob",
    id: node("B", sha),
    oid: sha,
    byteSize: bytes.length,
    isBinary: binary,
    isTruncated: bytes.length > LONGEST_TEXT,
    text: binary ? null : bytes.subarray(0, LONGEST_TEXT).toString("utf8"),
  };
}

function releaseOf(world: World, it: Release): Fields {
  return {
    __typename: "Release",
    id: node("RE", it.id),
    databaseId: it.id,
    tagName: it.tag,
    name: it.name,
    description: it.body,
    isDraft: it.draft,
    isPrerelease: it.prerelease,
    isLatest: it.latest,
    immutable: it.immutable,
    createdAt: it.createdAt,
    publishedAt: it.publishedAt,
    url: `${world.html}/releases/tag/${it.tag}`,
    author: { __typename: "User", login: it.author },
    tagCommit: () =>
      world.git.resolve(`refs/tags/${it.tag}^{commit}`).then((sha) => (sha === null ? null : commitOf(world, sha))),
    releaseAssets: (window: Window & { name?: string | null }) => {
      const assets = it.assets.filter(({ name }) => !window.name || name === window.name);
      return connection(assets, window, (one) => ({
        __typename: "ReleaseAsset",
        id: node("RA", one.id),
        name: one.name,
        size: one.size,
        digest: one.digest,
        contentType: one.contentType,
        downloadCount: one.downloads,
        createdAt: one.createdAt,
        updatedAt: one.createdAt,
        url: `${world.html}/releases/download/${it.tag}/${one.name}`,
        downloadUrl: `${world.html}/releases/download/${it.tag}/${one.name}`,
      }));
    },
  };
}
