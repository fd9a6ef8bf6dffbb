import { created, done, type Exchange, type Handlers, invalid, notFound, ok, Refused } from "../exchange.ts";
import { listed } from "../pages.ts";
import { release as shape } from "../shapes.ts";
import type { Release } from "../state.ts";
import { allows, type Token } from "../tokens.ts";
import type { World } from "../world.ts";

/** Characters; counted by GitHub, not bytes. */
const LONGEST_BODY = 125_000;

interface ReleaseBody {
  readonly tag_name?: string;
  readonly target_commitish?: string;
  readonly name?: string | null;
  readonly body?: string | null;
  readonly draft?: boolean;
  readonly prerelease?: boolean;
  readonly make_latest?: string;
}

export const releases: Handlers = {
  "repos/list-releases"(exchange: Exchange) {
    const { world, token } = exchange;
    const seen = world.state.releases.filter((one) => !one.draft || seesDrafts(token)).toReversed();
    return listed(exchange as Exchange<never>, seen.slice(0, 10_000), (one) => shape(world, one));
  },

  async "repos/create-release"({ world, body, token, fault }: Exchange<ReleaseBody>) {
    if (fault === "duplicate-draft") await make(world, { ...body, draft: true }, token);
    return created(shape(world, await make(world, body, token)));
  },

  "repos/get-release"({ world, params, token }: Exchange) {
    return ok(shape(world, visible(world, params.release_id, token)));
  },

  "repos/get-release-by-tag"({ world, params }: Exchange) {
    const found = world.state.releases.find((one) => one.tag === params.tag && !one.draft); // a draft has no tag yet
    if (found === undefined) throw notFound();
    return ok(shape(world, found));
  },

  "repos/get-latest-release"({ world }: Exchange) {
    const found = world.state.releases.findLast((one) => one.latest && !one.draft);
    if (found === undefined) throw notFound();
    return ok(shape(world, found));
  },

  async "repos/update-release"({ world, params, body, token }: Exchange<ReleaseBody>) {
    const release = visible(world, params.release_id, token);
    checkTexts(body);
    if (release.immutable && body.tag_name !== undefined && body.tag_name !== release.tag)
      throw invalid("Release", "tag_name", "custom", "tag_name cannot be changed on an immutable release");
    if (release.immutable && body.draft === true)
      throw invalid("Release", "draft", "custom", "draft cannot be changed on an immutable release");
    const tag = body.tag_name ?? release.tag;
    const target = body.target_commitish ?? release.target;
    if (release.draft && body.draft === false) {
      await publish(world, release, tag, target);
      release.latest = isLatest(world, body);
    } else if (!release.draft && tag !== release.tag) await claimTag(world, tag, target);
    release.tag = tag;
    release.target = target;
    release.name = body.name ?? release.name;
    release.body = body.body ?? release.body;
    release.draft = body.draft ?? release.draft;
    release.prerelease = body.prerelease ?? release.prerelease;
    if (body.make_latest === "true") release.latest = true;
    if (body.make_latest === "false") release.latest = false;
    return ok(shape(world, release));
  },

  "repos/delete-release"({ world, params, token }: Exchange) {
    const release = visible(world, params.release_id, token);
    world.state.releases.splice(world.state.releases.indexOf(release), 1);
    if (release.immutable) world.state.burntTags.add(release.tag); // for ever
    for (const { file } of release.assets) world.files.remove(file);
    return done();
  },

  "repos/check-immutable-releases"({ world }: Exchange) {
    if (!world.state.immutableReleases) throw notFound();
    return ok({ enabled: true, enforced_by_owner: false });
  },
};

/** Only who may push sees a draft. */
export const seesDrafts = (token: Token) => allows(token.permissions, [{ contents: "write" }]);

export function visible(world: World, id: string | undefined, token: Token): Release {
  const found = world.state.releases.find((one) => String(one.id) === id);
  if (found === undefined || (found.draft && !seesDrafts(token))) throw notFound();
  return found;
}

async function make(world: World, body: ReleaseBody, token: Token): Promise<Release> {
  checkTexts(body);
  const tag = body.tag_name ?? "";
  const target = body.target_commitish ?? world.defaultBranch;
  await checkTag(world, tag);
  const release: Release = {
    id: world.nextId(),
    tag,
    target,
    name: body.name ?? "",
    body: body.body ?? "",
    draft: true,
    prerelease: body.prerelease ?? false,
    immutable: false,
    latest: false,
    author: token.login,
    createdAt: world.now(),
    publishedAt: null,
    assets: [],
  };
  await checkWorkflows(world, target);
  if (body.draft !== true) {
    await publish(world, release, tag, target);
    release.latest = isLatest(world, body);
  }
  world.state.releases.push(release);
  return release;
}

async function publish(world: World, release: Release, tag: string, target: string): Promise<void> {
  await checkTag(world, tag);
  const checkFree = () => {
    if (world.state.releases.some((one) => one !== release && one.tag === tag && !one.draft))
      throw invalid("Release", "tag_name", "already_exists");
  };
  checkFree();
  await claimTag(world, tag, target);
  checkFree(); // another may have been published while the tag was made
  release.draft = false;
  release.tag = tag;
  release.publishedAt = world.now();
  release.immutable = world.state.immutableReleases;
}

async function checkTag(world: World, tag: string): Promise<void> {
  if (world.state.burntTags.has(tag))
    throw invalid("Release", "tag_name", "custom", "tag_name was used by an immutable release");
  const valid = tag !== "" && !tag.startsWith("-");
  const named =
    valid &&
    (await world.git.git(["check-ref-format", `refs/tags/${tag}`]).then(
      () => true,
      () => false,
    ));
  if (!named) throw invalid("Release", "tag_name", "custom", "tag_name is not a valid tag");
}

/** A tag that is not there yet is made where the release says. */
async function claimTag(world: World, tag: string, target: string): Promise<void> {
  const ref = `refs/tags/${tag}`;
  if ((await world.git.resolve(ref)) !== null) return;
  const commit = await commitOf(world, target);
  if (commit === null) throw invalid("Release", "target_commitish", "invalid");
  await world.git.moveRef(ref, commit, null).catch(async (error: unknown) => {
    if ((await world.git.resolve(ref)) === null) throw error; // else another made it at the same moment
  });
}

const commitOf = async (world: World, target: string) =>
  (await world.branch(target)) ?? (/^[0-9a-f]{40}$/.test(target) ? world.git.resolve(`${target}^{commit}`) : null);

/** GitHub answers 404 when the commit of a release has workflows that the default branch has not, and the token may not write workflows. */
async function checkWorkflows(world: World, target: string): Promise<void> {
  const commit = await commitOf(world, target);
  const head = await world.branch(world.defaultBranch);
  if (commit === null || head === null || commit === head) return;
  const of = async (name: string) =>
    new Set((await world.git.git(["ls-tree", "-r", name, ".github/workflows/"])).split("\n").filter(Boolean));
  const known = await of(head);
  if ([...(await of(commit))].some((line) => !known.has(line))) throw notFound();
}

function checkTexts(body: ReleaseBody): void {
  if ((body.body ?? "").length > LONGEST_BODY)
    throw invalid("Release", "body", "custom", `body is too long (maximum is ${LONGEST_BODY} characters)`);
}

function isLatest(world: World, body: ReleaseBody): boolean {
  if (body.make_latest === "false" || body.prerelease === true) return false;
  if (body.make_latest === "true") for (const one of world.state.releases) one.latest = false;
  return true;
}

export const immutable = () => new Refused(422, "Cannot upload assets to an immutable release.");
