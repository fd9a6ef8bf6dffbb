import { type Exchange, type Handlers, notFound, ok, Refused } from "../exchange.ts";
import { listed } from "../pages.ts";
import { repository, user } from "../shapes.ts";
import type { World } from "../world.ts";
import { commitShape } from "./commit-shape.ts";

/** Bytes up to which GitHub puts a file's content into the answer. */
const LARGEST_INLINE = 1 << 20;

export const repositories: Handlers = {
  "rate-limit/get"({ world }: Exchange) {
    const rate = { limit: 1000, remaining: 1000, reset: Math.floor(Date.parse(world.now()) / 1000) + 3600, used: 0 };
    return ok({ resources: { core: rate, graphql: rate, search: rate }, rate });
  },

  "repos/get"({ world }: Exchange) {
    return ok(repository(world));
  },

  async "repos/get-content"({ world, params, query, request }: Exchange) {
    const path = (params.path ?? "").replace(/^\/+|\/+$/g, "");
    const commit = await commitNamed(world, query.ref ?? world.defaultBranch);
    if (commit === null) throw new Refused(404, `No commit found for the ref ${query.ref}`);
    const out = await world.git.git(["ls-tree", "-z", "-l", commit, "--", ...(path === "" ? [] : [path])]);
    const [entry] = out
      .split("\0")
      .filter((line) => line !== "")
      .map(entryOf);
    if (path !== "" && entry === undefined) throw notFound();
    if (entry?.path === path && entry.type === "blob") {
      const bytes = (await world.git.object(entry.sha))?.bytes ?? Buffer.alloc(0);
      if (/raw/.test(request.headers.accept ?? "")) throw new Refused(415, "This server gives no raw contents");
      const inline = bytes.length <= LARGEST_INLINE;
      return ok({
        ...contentShape(world, entry, query.ref),
        type: "file",
        size: bytes.length,
        content: inline ? bytes.toString("base64").replaceAll(/.{60}/g, "$&\n") : "",
        encoding: inline ? "base64" : "none",
      });
    }
    const listing = await world.git.git(["ls-tree", "-z", "-l", `${commit}:${path}`]);
    const inside = listing
      .split("\0")
      .filter((line) => line !== "")
      .map(entryOf);
    return ok(
      inside.slice(0, 1000).map((one) => ({
        ...contentShape(world, { ...one, path: path === "" ? one.path : `${path}/${one.path}` }, query.ref),
        type: one.type === "tree" ? "dir" : "file",
        size: one.size,
      })),
    );
  },

  async "repos/list-branches"(exchange: Exchange) {
    const { world } = exchange;
    const refs = await world.git.refs("refs/heads/");
    return listed(exchange as Exchange<never>, refs, ({ ref, sha }) => ({
      name: ref.slice("refs/heads/".length),
      commit: { sha, url: `${world.api}/commits/${sha}` },
      protected: world.state.protectedBranches.has(ref.slice("refs/heads/".length)),
    }));
  },

  async "repos/get-branch"({ world, params }: Exchange) {
    const name = params.branch as string;
    const sha = await world.branch(name);
    if (sha === null) throw new Refused(404, "Branch not found");
    const url = `${world.api}/branches/${name}`;
    return ok({
      name,
      commit: await commitShape(world, sha),
      _links: { self: url, html: `${world.html}/tree/${name}` },
      protected: world.state.protectedBranches.has(name),
      protection: {},
      protection_url: `${url}/protection`,
    });
  },

  "repos/get-branch-protection"({ world, params }: Exchange) {
    if (!world.state.protectedBranches.has(params.branch as string)) throw new Refused(404, "Branch not protected");
    return ok({ url: `${world.api}/branches/${params.branch}/protection`, allow_force_pushes: { enabled: false } });
  },

  "repos/get-branch-rules"(exchange: Exchange) {
    const held = exchange.world.state.protectedBranches.has(exchange.params.branch as string);
    const source = { ruleset_source_type: "Repository", ruleset_source: exchange.world.slug, ruleset_id: 1 };
    const rules = held
      ? [
          { type: "deletion", ...source },
          { type: "non_fast_forward", ...source },
        ]
      : [];
    return listed(exchange as Exchange<never>, rules, (one) => one);
  },

  async "repos/list-commits"(exchange: Exchange) {
    const { world, query } = exchange;
    const from = await commitNamed(world, query.sha ?? world.defaultBranch);
    if (from === null) throw notFound();
    const path = query.path === undefined ? [] : ["--", query.path];
    const shas = (await world.git.git(["rev-list", "--max-count=1000", from, ...path])).split("\n").filter(Boolean);
    const answer = listed(exchange as Exchange<never>, shas, (sha) => sha);
    return { ...answer, body: await Promise.all((answer.body as string[]).map((sha) => commitShape(world, sha))) };
  },

  async "repos/get-commit"({ world, params }: Exchange) {
    const sha = await commitNamed(world, params.ref as string);
    if (sha === null) throw new Refused(422, `No commit found for SHA: ${params.ref}`);
    return ok({ ...(await commitShape(world, sha)), stats: { additions: 0, deletions: 0, total: 0 }, files: [] });
  },

  async "repos/compare-commits"({ world, params }: Exchange) {
    const base = await commitNamed(world, params.base as string);
    const head = await commitNamed(world, params.head as string);
    if (base === null || head === null) throw notFound();
    const merge = await world.git.git(["merge-base", base, head]).catch(() => null);
    if (merge === null) throw new Refused(404, `No common ancestor between ${params.base} and ${params.head}.`);
    const count = async (range: string) => Number(await world.git.git(["rev-list", "--count", range]));
    const ahead = await count(`${base}..${head}`);
    const behind = await count(`${head}..${base}`);
    const shas = (await world.git.git(["rev-list", "--reverse", "--max-count=250", `${base}..${head}`])).split("\n");
    const url = `${world.api}/compare/${params.base}...${params.head}`;
    return ok({
      url,
      html_url: `${world.html}/compare/${params.base}...${params.head}`,
      permalink_url: `${world.html}/compare/${base}...${head}`,
      diff_url: `${world.html}/compare/${params.base}...${params.head}.diff`,
      patch_url: `${world.html}/compare/${params.base}...${params.head}.patch`,
      base_commit: await commitShape(world, base),
      merge_base_commit: await commitShape(world, merge),
      status: ahead > 0 ? (behind > 0 ? "diverged" : "ahead") : behind > 0 ? "behind" : "identical",
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: await Promise.all(shas.filter(Boolean).map((sha) => commitShape(world, sha))),
      files: [],
    });
  },

  "repos/get-collaborator-permission-level"({ world, params }: Exchange) {
    const login = params.username as string;
    const role = world.state.collaborators.get(login) ?? "none";
    const permission = role === "maintain" ? "write" : role === "triage" ? "read" : role; // the old four words
    return ok({ permission, role_name: role, user: { ...user(world, login), role_name: role } });
  },

  "actions/get-github-actions-default-workflow-permissions-repository"() {
    return ok({ default_workflow_permissions: "read", can_approve_pull_request_reviews: false });
  },

  "actions/get-fork-pr-contributor-approval-permissions-repository"({ world }: Exchange) {
    return ok({ approval_policy: world.state.approvalPolicy });
  },

  "actions/list-self-hosted-runners-for-repo"({ world }: Exchange) {
    const runners = world.state.runners.map(({ name, labels, online }, at) => ({
      id: at + 1,
      name,
      os: "linux",
      status: online ? "online" : "offline",
      busy: false,
      labels: labels.map((label) => ({ name: label, type: "custom" })),
    }));
    return ok({ total_count: runners.length, runners });
  },
};

async function commitNamed(world: World, name: string): Promise<string | null> {
  const plain = name.replace(/^refs\//, "");
  return (
    (await world.git.resolve(`refs/heads/${plain.replace(/^heads\//, "")}^{commit}`)) ??
    (await world.git.resolve(`refs/tags/${plain.replace(/^tags\//, "")}^{commit}`)) ??
    (/^[0-9a-f]{4,40}$/.test(name) ? world.git.resolve(`${name}^{commit}`) : null)
  );
}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly sha: string;
  readonly size: number;
}

function entryOf(line: string): Entry {
  const [head = "", path = ""] = line.split("\t", 2);
  const [, type = "", sha = "", size = "-"] = head.split(/ +/);
  return { path, type, sha, size: size === "-" ? 0 : Number(size) };
}

function contentShape(world: World, { path, sha, type }: Entry, ref = world.defaultBranch) {
  const self = `${world.api}/contents/${encodeURI(path)}?ref=${encodeURIComponent(ref)}`;
  const git = `${world.api}/git/${type}s/${sha}`;
  const html = `${world.html}/${type}/${ref}/${encodeURI(path)}`;
  return {
    name: path.split("/").at(-1),
    path,
    sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: null,
    _links: { self, git, html },
  };
}
