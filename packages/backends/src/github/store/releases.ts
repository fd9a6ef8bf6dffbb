import { RequestError } from "@octokit/request-error";
import { type Sha256, TrainyardError, z } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import { Asset, Release, readAnswer } from "./answers.ts";
import { isTag, LOCK_TAG, tagOf } from "./names.ts";

/** Parts of a home that one look asks for; more are asked for when the last of these is there. */
const PARTS_AT_ONCE = 4;
/** Drafts that one look sees: one that is older, and was never finished, is garbage. */
const NEWEST = 50;
/** A release answers with its assets; with this many or more, the list of its own is read, page by page. */
const MAY_BE_CUT = 30;
const PAGE = 100;

/** What one look finds: which parts of a home are published, and which drafts of ours there are. */
export interface Found {
  /** Tags of published releases, those asked for that exist. */
  readonly published: ReadonlyMap<string, Seen>;
  /** The oldest first. */
  readonly drafts: readonly Seen[];
  /** `gc` is taking releases away. */
  readonly collecting: boolean;
}
export interface Seen {
  readonly id: number;
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Milliseconds since 1970; null for a draft. */
  readonly publishedAt: number | null;
}

const SeenRelease = z.object({
  databaseId: z.int().positive(),
  isDraft: z.boolean(),
  tagName: z.string(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  publishedAt: z.iso.datetime({ offset: true }).nullable(),
});
const SeenRepository = z.object({
  repository: z.intersection(
    z.record(z.string(), z.unknown()),
    z.object({ newest: z.object({ nodes: z.array(SeenRelease) }), lock: z.object({ name: z.string() }).nullable() }),
  ),
});
const FIELDS = "databaseId isDraft tagName name description publishedAt";
const LOCK = `lock: ref(qualifiedName: "refs/tags/${LOCK_TAG}") { name }`;

/** One GraphQL call: the published releases of these homes, and the newest drafts. GitHub shows no draft by its tag. */
export async function lookUp(github: Github, homes: readonly Sha256[]): Promise<Found> {
  const published = new Map<string, Seen>();
  let drafts: Seen[] = [];
  let collecting = false;
  let asked = homes.flatMap((home) => Array.from({ length: PARTS_AT_ONCE }, (_, part) => ({ home, part: part + 1 })));
  while (asked.length > 0) {
    const lines = asked.map(({ home, part }, at) => `t${at}: release(tagName: "${tagOf(home, part)}") { ${FIELDS} }`);
    const newest = `newest: releases(first: ${NEWEST}, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { ${FIELDS} } }`;
    const query = `query Releases($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${newest} ${LOCK} ${lines.join(" ")} } }`;
    const { repository } = readAnswer(SeenRepository, await github.graphql(query, {}), "the look for releases");
    collecting ||= repository.lock !== null;
    drafts = repository.newest.nodes.filter(({ isDraft, tagName }) => isDraft && isTag(tagName)).map(seen);
    const next: typeof asked = [];
    for (const [at, { home, part }] of asked.entries()) {
      const answer = repository[`t${at}`];
      if (answer === null || answer === undefined) continue;
      const release = readAnswer(SeenRelease, answer, "the look for releases");
      if (!release.isDraft) published.set(release.tagName, seen(release));
      if (part % PARTS_AT_ONCE === 0)
        for (let more = 1; more <= PARTS_AT_ONCE; more++) next.push({ home, part: part + more });
    }
    asked = next;
  }
  return { published, drafts: drafts.sort((a, b) => a.id - b.id), collecting };
}

function seen({ databaseId: id, tagName: tag, name, description, publishedAt }: z.infer<typeof SeenRelease>): Seen {
  const published = publishedAt === null ? null : Date.parse(publishedAt);
  return { id, tag, title: name ?? "", body: description ?? "", publishedAt: published };
}

/** A release with all its assets; null when there is none. */
export async function readRelease(github: Github, id: number): Promise<Release | null> {
  const route = "GET /repos/{owner}/{repo}/releases/{release_id}";
  const found = await orNull(async () => (await github.rest(route, { ...HERE, release_id: id })).data);
  return found === null ? null : withAssets(github, readAnswer(Release, found, route));
}

/** A published release by its tag; null when there is none. */
export async function readByTag(github: Github, tag: string): Promise<Release | null> {
  const route = "GET /repos/{owner}/{repo}/releases/tags/{tag}";
  const found = await orNull(async () => (await github.rest(route, { ...HERE, tag })).data);
  return found === null ? null : withAssets(github, readAnswer(Release, found, route));
}

async function withAssets(github: Github, release: Release): Promise<Release> {
  if (release.assets.length < MAY_BE_CUT) return release;
  return { ...release, assets: await listAssets(github, release.id) };
}

/** @throws RequestError 404 when the release is gone */
export async function listAssets(github: Github, id: number): Promise<Asset[]> {
  const route = "GET /repos/{owner}/{repo}/releases/{release_id}/assets";
  const assets: Asset[] = [];
  for (let page = 1; ; page++) {
    const { data } = await github.rest(route, { ...HERE, release_id: id, per_page: PAGE, page });
    const some = readAnswer(z.array(Asset), data, route);
    assets.push(...some);
    if (some.length < PAGE) return assets;
  }
}

/** Every release of ours with all its assets, drafts too. GitHub shows 10,000 at most. */
export async function listReleases(github: Github): Promise<Release[]> {
  const route = "GET /repos/{owner}/{repo}/releases";
  const releases: Release[] = [];
  for (let page = 1; ; page++) {
    const { data } = await github.rest(route, { ...HERE, per_page: PAGE, page });
    const some = readAnswer(z.array(Release), data, route);
    for (const release of some) if (isTag(release.tag_name)) releases.push(await withAssets(github, release));
    if (some.length < PAGE) return releases;
  }
}

export async function createDraft(github: Github, tag: string, title: string, body: string): Promise<Release> {
  const route = "POST /repos/{owner}/{repo}/releases";
  const { data } = await github.rest(route, {
    ...HERE,
    tag_name: tag,
    name: title,
    body,
    draft: true,
    prerelease: false,
    make_latest: "false",
  });
  return readAnswer(Release, data, route);
}

/** Also for one that is published. A model is never the repository's "latest" release: that is its software's. */
export async function updateRelease(
  github: Github,
  id: number,
  change: { title: string; body: string; publish?: { tag: string } },
): Promise<Release> {
  const route = "PATCH /repos/{owner}/{repo}/releases/{release_id}";
  const { title, body, publish } = change;
  const { data } = await github.rest(route, {
    ...HERE,
    release_id: id,
    name: title,
    body,
    make_latest: "false",
    ...(publish === undefined ? {} : { tag_name: publish.tag, draft: false }),
  });
  return readAnswer(Release, data, route);
}

/** One that is gone already is as good. */
export async function deleteRelease(github: Github, id: number): Promise<void> {
  await orNull(() => github.rest("DELETE /repos/{owner}/{repo}/releases/{release_id}", { ...HERE, release_id: id }));
}

export async function deleteTag(github: Github, tag: string): Promise<void> {
  await github.rest("DELETE /repos/{owner}/{repo}/git/refs/{ref}", { ...HERE, ref: `tags/${tag}` }).catch((error) => {
    if (statusOf(error) !== 404 && statusOf(error) !== 422) throw error; // 422: "Reference does not exist"
  });
}

/** One that is gone already is as good. */
export async function deleteAsset(github: Github, id: number): Promise<void> {
  await orNull(() => github.rest("DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}", { ...HERE, asset_id: id }));
}

/** Filled in by the client; octokit's types want them. */
const HERE = {} as { owner: string; repo: string };

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

export function statusOf(error: unknown): number | null {
  return error instanceof RequestError ? error.status : null;
}

/** What GitHub said about a request it did not take (422): its words and codes. */
export function saidOf(error: unknown): string {
  const data = error instanceof RequestError ? error.response?.data : undefined;
  const { message, errors } = (data ?? {}) as { message?: unknown; errors?: unknown };
  const more = Array.isArray(errors)
    ? errors.map((one) =>
        typeof one === "string" ? one : `${one?.field ?? ""} ${one?.code ?? ""} ${one?.message ?? ""}`,
      )
    : [];
  return [message, ...more]
    .filter((text) => typeof text === "string")
    .join("; ")
    .replace(/\s+/g, " ")
    .trim();
}

/** @throws TrainyardError RELEASE_REFUSED always */
export function refuseRelease(tag: string, error: unknown): never {
  throw new TrainyardError("RELEASE_REFUSED", { tag, said: saidOf(error) }, { cause: error });
}
