import { idOf, type Shape, user } from "../shapes.ts";
import type { World } from "../world.ts";

/** What git says of a commit, in GitHub's words. */
export async function commitParts(world: World, sha: string) {
  const format = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x00");
  const out = await world.git.git(["show", "-s", `--format=${format}`, sha]);
  const [, tree = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", message = ""] =
    out.split("\0");
  const utc = (date: string) => new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
  const verified = world.state.signed.has(sha);
  return {
    author: { name: an, email: ae, date: utc(ad) },
    committer: { name: cn, email: ce, date: utc(cd) },
    message: message.trimEnd(),
    tree,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    verification: {
      verified,
      reason: verified ? "valid" : "unsigned",
      signature: null,
      payload: null,
      verified_at: verified ? utc(cd) : null,
    },
  };
}

/** A commit as the repository's own endpoints (not git data) show it. */
export async function commitShape(world: World, sha: string): Promise<Shape> {
  const { author, committer, message, tree, parents, verification } = await commitParts(world, sha);
  const login = author.email.replace(/^\d+\+/, "").replace(/@.*$/, "");
  return {
    sha,
    node_id: `C_${idOf(sha)}`,
    url: `${world.api}/commits/${sha}`,
    html_url: `${world.html}/commit/${sha}`,
    comments_url: `${world.api}/commits/${sha}/comments`,
    commit: {
      url: `${world.api}/git/commits/${sha}`,
      author,
      committer,
      message,
      tree: { sha: tree, url: `${world.api}/git/trees/${tree}` },
      comment_count: 0,
      verification,
    },
    author: user(world, login),
    committer: user(world, login),
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${world.api}/commits/${parent}`,
      html_url: `${world.html}/commit/${parent}`,
    })),
  };
}
