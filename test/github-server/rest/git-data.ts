import { created, done, type Exchange, type Handlers, notFound, ok, Refused } from "../exchange.ts";
import { type Change, GitFailed, type Person } from "../git-repository.ts";
import { listed } from "../pages.ts";
import { landCommit } from "../stale-head.ts";
import type { World } from "../world.ts";
import { commitParts } from "./commit-shape.ts";

interface TreeEntry {
  readonly path?: string;
  readonly mode?: string;
  readonly sha?: string | null;
  readonly content?: string;
}
type Author = Partial<Person> | undefined;

/** Objects and refs, by git itself on the bare repository. */
export const gitData: Handlers = {
  async "git/create-blob"({ world, body }: Exchange<{ content: string; encoding?: string }>) {
    await notEmpty(world);
    const bytes = Buffer.from(body.content, body.encoding === "base64" ? "base64" : "utf8");
    const sha = await world.git.git(["hash-object", "-w", "--stdin"], bytes);
    return created({ sha, url: `${world.api}/git/blobs/${sha}` });
  },

  async "git/get-blob"({ world, params }: Exchange) {
    const found = await world.git.object(oid(params.file_sha));
    if (found?.type !== "blob") throw notFound();
    const { bytes } = found;
    return ok({
      sha: params.file_sha,
      node_id: "B_1",
      size: bytes.length,
      url: `${world.api}/git/blobs/${params.file_sha}`,
      content: bytes.toString("base64"),
      encoding: "base64",
    });
  },

  async "git/create-tree"({ world, body }: Exchange<{ tree: TreeEntry[]; base_tree?: string }>) {
    await notEmpty(world);
    const base = body.base_tree === undefined ? null : await world.git.resolve(`${oid(body.base_tree)}^{tree}`);
    if (body.base_tree !== undefined && base === null) throw new Refused(404, "base_tree is not a valid tree oid");
    const changes = body.tree.map(changeOf);
    try {
      const nobody = { name: "-", email: "-", date: world.now() };
      const made = { parent: null, base, changes, message: "", author: nobody, committer: nobody };
      const { tree } = await world.git.commit(made);
      return created(await treeOf(world, tree, false));
    } catch (error) {
      if (error instanceof GitFailed) throw new Refused(422, "tree.sha is not a valid object");
      throw error;
    }
  },

  async "git/get-tree"({ world, params, query }: Exchange) {
    const tree = await world.git.resolve(`${params.tree_sha}^{tree}`);
    if (tree === null) throw notFound();
    return ok(await treeOf(world, tree, query.recursive !== undefined));
  },

  async "git/create-commit"({
    world,
    body,
  }: Exchange<{ message: string; tree: string; parents?: string[]; author?: Author; committer?: Author }>) {
    await notEmpty(world);
    if ((await world.git.resolve(`${oid(body.tree)}^{tree}`)) === null)
      throw new Refused(422, "Tree SHA does not exist");
    for (const parent of body.parents ?? [])
      if ((await world.git.resolve(`${oid(parent)}^{commit}`)) === null)
        throw new Refused(422, "Parent SHA does not exist or is not a commit object");
    const author = { ...world.bot(), ...body.author };
    const committer = { ...author, ...body.committer };
    const words = ["commit-tree", body.tree, ...(body.parents ?? []).flatMap((parent) => ["-p", parent])];
    const sha = await world.git.git(words, body.message, {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: committer.date,
    });
    return created(await gitCommit(world, sha));
  },

  async "git/get-commit"({ world, params }: Exchange) {
    const sha = await world.git.resolve(`${oid(params.commit_sha)}^{commit}`);
    if (sha === null) throw notFound();
    return ok(await gitCommit(world, sha));
  },

  async "git/create-ref"({ world, body, fault }: Exchange<{ ref: string; sha: string }>) {
    await notEmpty(world);
    const { ref, sha } = body;
    if (!/^refs\/[^/]+\/./.test(ref) || !(await isRefName(world, ref)))
      throw new Refused(422, "Reference name must start with 'refs/' and contain at least two slashes.");
    if ((await typeOf(world, sha)) === null) throw new Refused(422, "Object does not exist");
    if (world.state.burntTags.has(ref.replace("refs/tags/", "")))
      throw new Refused(
        422,
        "Repository rule violations found\n\nCannot create ref due to creations being restricted.",
      );
    if (fault === "stale-head") await landCommit(world, ref.replace("refs/heads/", ""));
    try {
      await world.git.moveRef(ref, sha, null);
    } catch {
      throw new Refused(422, "Reference already exists");
    }
    return created(await refShape(world, ref));
  },

  async "git/get-ref"({ world, params }: Exchange) {
    return ok(await refShape(world, `refs/${params.ref}`));
  },

  async "git/list-matching-refs"(exchange: Exchange) {
    const { world, params } = exchange;
    const refs = (await world.git.refs()).filter(({ ref }) => ref.startsWith(`refs/${params.ref}`));
    return listed(exchange as Exchange<never>, refs, (one) => refOf(world, one));
  },

  async "git/update-ref"({ world, params, body, fault }: Exchange<{ sha: string; force?: boolean }>) {
    const ref = `refs/${params.ref}`;
    const branch = ref.replace("refs/heads/", "");
    if (fault === "stale-head") await landCommit(world, branch);
    const old = await world.git.resolve(ref);
    if (old === null) throw new Refused(422, "Reference does not exist");
    if ((await typeOf(world, body.sha)) === null) throw new Refused(422, "Object does not exist");
    const forward = await world.git.git(["merge-base", "--is-ancestor", old, body.sha]).then(
      () => true,
      () => false,
    );
    if (!forward && body.force !== true) throw new Refused(422, "Update is not a fast forward");
    if (!forward && world.state.protectedBranches.has(branch))
      throw new Refused(422, "Repository rule violations found\n\nCannot force-push to this branch");
    try {
      await world.git.moveRef(ref, body.sha, old);
    } catch {
      throw new Refused(409, "Reference cannot be updated");
    }
    return ok(await refShape(world, ref));
  },

  async "git/delete-ref"({ world, params }: Exchange) {
    const ref = `refs/${params.ref}`;
    const old = await world.git.resolve(ref);
    if (old === null) throw new Refused(422, "Reference does not exist");
    const tag = ref.replace("refs/tags/", "");
    const locked = world.state.releases.some((one) => one.tag === tag && one.immutable && !one.draft);
    if (world.state.protectedBranches.has(ref.replace("refs/heads/", "")) || locked)
      throw new Refused(422, "Repository rule violations found\n\nCannot delete this ref");
    await world.git.git(["update-ref", "-d", ref, old]);
    return done();
  },

  async "git/create-tag"({
    world,
    body,
  }: Exchange<{ tag: string; message: string; object: string; type: string; tagger?: Author }>) {
    if ((await typeOf(world, body.object)) !== body.type) throw new Refused(422, "Object does not exist");
    const tagger = { ...world.bot(), ...body.tagger };
    const seconds = Math.floor(Date.parse(tagger.date) / 1000);
    const text = `object ${body.object}\ntype ${body.type}\ntag ${body.tag}\ntagger ${tagger.name} <${tagger.email}> ${seconds} +0000\n\n${body.message}\n`;
    const sha = await world.git.git(["mktag"], text);
    return created(tagShape(world, sha, body.tag, body.message, tagger, { sha: body.object, type: body.type }));
  },

  async "git/get-tag"({ world, params }: Exchange) {
    const found = await world.git.object(oid(params.tag_sha));
    if (found?.type !== "tag") throw notFound();
    const [head = "", message = ""] = found.bytes.toString().trimEnd().split("\n\n", 2);
    const field = (name: string) => new RegExp(`^${name} (.*)$`, "m").exec(head)?.[1] ?? "";
    const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+)/.exec(field("tagger")) ?? [];
    const tagger = { name, email, date: new Date(Number(seconds) * 1000).toISOString() };
    const object = { sha: field("object"), type: field("type") };
    return ok(tagShape(world, params.tag_sha as string, field("tag"), message, tagger, object));
  },
};

function oid(text: string | undefined): string {
  if (text !== undefined && /^[0-9a-f]{40}$/.test(text)) return text;
  throw new Refused(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
}

async function typeOf(world: World, sha: string): Promise<string | null> {
  return (await world.git.object(oid(sha)))?.type ?? null;
}

async function isRefName(world: World, ref: string): Promise<boolean> {
  if (/^refs(\/[A-Za-z0-9_-]+)+$/.test(ref)) return true; // without asking git
  return world.git.git(["check-ref-format", ref]).then(
    () => true,
    () => false,
  );
}

/** GitHub makes no objects in a repository that has no commit yet. */
async function notEmpty(world: World): Promise<void> {
  if (await world.git.isEmpty()) throw new Refused(409, "Git Repository is empty.");
}

function changeOf(entry: TreeEntry): Change {
  const path = entry.path ?? "";
  if (path === "" || path.startsWith("/") || path.split("/").some((part) => ["", ".", "..", ".git"].includes(part)))
    throw new Refused(422, "tree.path contains a malformed path component");
  if (entry.content !== undefined) return { path, content: Buffer.from(entry.content), mode: entry.mode ?? "100644" };
  if (entry.sha === null) return { path, sha: null };
  return { path, sha: oid(entry.sha), mode: entry.mode ?? "100644" };
}

async function treeOf(world: World, tree: string, recursive: boolean) {
  const out = await world.git.git(["ls-tree", "-z", "-l", ...(recursive ? ["-r", "-t"] : []), tree]);
  const lines = out.split("\0").filter((line) => line !== "");
  return {
    sha: tree,
    url: `${world.api}/git/trees/${tree}`,
    truncated: recursive && lines.length > 100_000,
    tree: lines.slice(0, 100_000).map((line) => {
      const [head = "", path = ""] = line.split("\t", 2);
      const [mode, type = "", sha, size = "-"] = head.split(/ +/);
      return {
        path,
        mode,
        type,
        sha,
        ...(size === "-" ? {} : { size: Number(size) }),
        url: `${world.api}/git/${type}s/${sha}`,
      };
    }),
  };
}

async function gitCommit(world: World, sha: string) {
  const { author, committer, message, tree, parents, verification } = await commitParts(world, sha);
  return {
    sha,
    node_id: `C_${sha.slice(0, 12)}`,
    url: `${world.api}/git/commits/${sha}`,
    html_url: `${world.html}/commit/${sha}`,
    author,
    committer,
    message,
    tree: { sha: tree, url: `${world.api}/git/trees/${tree}` },
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${world.api}/git/commits/${parent}`,
      html_url: `${world.html}/commit/${parent}`,
    })),
    verification,
  };
}

async function refShape(world: World, ref: string) {
  const found = await world.git.ref(ref);
  if (found === null) throw notFound();
  return refOf(world, found);
}

function refOf(world: World, { ref, sha, type }: { ref: string; sha: string; type: string }) {
  return {
    ref,
    node_id: `REF_${Buffer.from(ref).toString("base64url")}`,
    url: `${world.api}/git/${ref}`,
    object: { type, sha, url: `${world.api}/git/${type}s/${sha}` },
  };
}

function tagShape(
  world: World,
  sha: string,
  tag: string,
  message: string,
  tagger: Person,
  object: { sha: string; type: string },
) {
  return {
    node_id: `TA_${sha.slice(0, 12)}`,
    tag,
    sha,
    url: `${world.api}/git/tags/${sha}`,
    message,
    tagger,
    object: { ...object, url: `${world.api}/git/${object.type}s/${object.sha}` },
  };
}
