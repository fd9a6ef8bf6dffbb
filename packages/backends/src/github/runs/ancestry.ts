import { type Source, TrainyardError, z } from "@trainyard/core";
import { ask } from "../call/ask.ts";
import type { Github } from "../call/github.ts";

const ROUTE = "GET /repos/{owner}/{repo}/compare/{basehead}";
const Comparison = z.object({
  status: z.enum(["ahead", "behind", "diverged", "identical"]),
  merge_base_commit: z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) }),
});

/**
 * Which commits lead to which, by GitHub's word: the clone of a job is shallow, and lacks what a fork pushed.
 * @param base The branch that is merged into.
 */
export function githubAncestry(github: Github, base: string): Pick<Source, "mergeBase" | "isAncestor"> {
  const compared = (from: string, to: string) =>
    ask(github, ROUTE, { basehead: `${from}...${to}`, per_page: 1 }, Comparison).catch(
      (error: { status?: number }): null => {
        if (error.status === 404) return null; // one of the two is not there, or nothing joins them
        throw error;
      },
    );
  return {
    async mergeBase(head) {
      const found = await compared(base, head);
      if (found === null) throw new TrainyardError("BASE_UNKNOWN", { base });
      return found.merge_base_commit.sha;
    },
    async isAncestor(commit, of) {
      const status = (await compared(commit, of))?.status;
      return status === "ahead" || status === "identical";
    },
  };
}
