import { type Exchange, type Handlers, notFound, ok } from "../exchange.ts";
import { listed } from "../pages.ts";
import { pull as shape } from "../shapes.ts";
import type { PullRequest } from "../state.ts";
import type { World } from "../world.ts";
import { commitShape } from "./commit-shape.ts";

export const pulls: Handlers = {
  "pulls/list"(exchange: Exchange) {
    const { world, query } = exchange;
    const found = world.state.pulls
      .filter((one) => query.state === "all" || one.state === (query.state ?? "open"))
      .filter((one) => query.head === undefined || `${one.head.owner}:${one.head.ref}` === query.head)
      .filter((one) => query.base === undefined || one.base.ref === query.base)
      .sort((a, b) => (query.direction === "asc" ? a.number - b.number : b.number - a.number));
    return listed(exchange as Exchange<never>, found, (one) => shape(world, one));
  },

  "pulls/get"({ world, params }: Exchange) {
    return ok({
      ...shape(world, find(world, params.pull_number)),
      mergeable: true,
      mergeable_state: "clean",
      merged_by: null,
      rebaseable: true,
    });
  },

  async "pulls/list-files"(exchange: Exchange) {
    const { world } = exchange;
    const { base, head } = find(world, exchange.params.pull_number);
    const out = await world.git.git([
      "diff",
      "--raw",
      "--no-abbrev",
      "-z",
      "--no-renames",
      `${base.sha}...${head.sha}`,
    ]);
    const words = out.split("\0").filter((word) => word !== "");
    const files = words.flatMap((word, at) => (at % 2 === 0 ? [{ word, path: words[at + 1] as string }] : []));
    return listed(exchange as Exchange<never>, files, ({ word, path }) => {
      const [, , , sha = "", letter = "M"] = word.split(" ");
      const status = letter === "A" ? "added" : letter === "D" ? "removed" : "modified";
      return {
        sha,
        filename: path,
        status,
        additions: 1,
        deletions: 0,
        changes: 1,
        blob_url: `${world.html}/blob/${head.sha}/${encodeURI(path)}`,
        raw_url: `${world.html}/raw/${head.sha}/${encodeURI(path)}`,
        contents_url: `${world.api}/contents/${encodeURI(path)}?ref=${head.sha}`,
      };
    });
  },

  async "pulls/list-commits"(exchange: Exchange) {
    const { world } = exchange;
    const { base, head } = find(world, exchange.params.pull_number);
    const shas = (await world.git.git(["rev-list", "--reverse", `${base.sha}..${head.sha}`]))
      .split("\n")
      .filter(Boolean);
    const commits = await Promise.all(shas.map((sha) => commitShape(world, sha)));
    return listed(exchange as Exchange<never>, commits, (one) => one);
  },

  "repos/list-pull-requests-associated-with-commit"(exchange: Exchange) {
    const { world, params } = exchange;
    const found = world.state.pulls.filter(
      ({ head, mergeCommitSha }) =>
        (head.sha === params.commit_sha && head.repository === world.slug) || mergeCommitSha === params.commit_sha,
    );
    return listed(exchange as Exchange<never>, found, (one) => shape(world, one));
  },
};

function find(world: World, number: string | undefined): PullRequest {
  const found = world.state.pulls.find((one) => String(one.number) === number);
  if (found === undefined) throw notFound();
  return found;
}
