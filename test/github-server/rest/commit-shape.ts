import { idOf, type Shape, user } from "../shapes.ts";
import type { World } from "../world.ts";

/** What git says of a commit, in GitHub's words. */
export async function commitParts(world: World, sha: string) {
  const found = await world.git.object(`${sha}^{commit}`);
  if (found === null) throw new Error(`there is no commit ${sha}`);
  const text = found.bytes.toString();
  const head = text.slice(0, text.indexOf("\n\n"));
  const message = text.slice(head.length + 2);
  const field = (name: string) => head.match(new RegExp(`^${name} (.*)$`, "gm")) ?? [];
  const ids = (name: string) => field(name).map((line) => line.slice(name.length + 1));
  const person = (name: string) => {
    const [, who = "", email = "", seconds = "0"] = /^\w+ (.*?) ?<(.*)> (\d+)/.exec(field(name)[0] ?? "") ?? [];
    return { name: who, email, date: new Date(1000 * Number(seconds)).toISOString().replace(/\.\d+Z$/, "Z") };
  };
  const committer = person("committer");
  const verified = world.state.signed.has(sha);
  return {
    author: person("author"),
    committer,
    message: message.trimEnd(),
    tree: ids("tree")[0] ?? "",
    parents: ids("parent"),
    verification: {
      verified,
      reason: verified ? "valid" : "unsigned",
      signature: null,
      payload: null,
      verified_at: verified ? committer.date : null,
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
