import { RequestError } from "@octokit/request-error";
import {
  holds,
  isReview,
  mergeReviews,
  NO_REVIEW,
  type Review,
  type ReviewRun,
  type ReviewSection,
  readReview,
  reviewComment,
  z,
} from "@trainyard/core";
import { ask, pagesOf, tell } from "../call/ask.ts";
import { converge } from "../call/converge.ts";
import type { Github } from "../call/github.ts";
import { viewerLogin } from "../call/viewer.ts";

const Comment = z.object({
  id: z.int(),
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ""),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullish(),
});
type Comment = z.infer<typeof Comment>;

const ON_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
/** Two clocks of GitHub may disagree so much; seconds. */
const SKEW = 5;

export interface CommentOptions {
  /** Set where this run judged every model the pull request concerns: what older runs said of others goes. */
  readonly complete?: ReviewRun | null;
  /** The full report of all models. */
  readonly reportUrl?: string;
}

/**
 * Puts sections into the one comment of a pull request: its own models' are replaced, those of other jobs stay. Only what this token's own account
 * wrote and marked is touched. Of several comments of ours, as a race leaves them, the oldest gets all sections and the others go. Where no model
 * changed and nothing was said before, nothing is said: the check says so.
 *
 * @returns The comment's address; null where there is none.
 */
export async function putComment(
  github: Github,
  pullRequest: number,
  sections: readonly ReviewSection[],
  { complete = null, ...options }: CommentOptions = {},
): Promise<string | null> {
  const fresh: Review = { complete, sections };
  const ours = await ourComments(github, pullRequest);
  const seen = await converge(github, `the comment of pull request ${pullRequest}`, {
    look: (round) => (round === 0 ? ours.all() : ours.again()),
    next([first, ...others]) {
      if (first === undefined)
        return sections.length === 0 ? null : () => ours.create(reviewComment(mergeReviews(NO_REVIEW, fresh), options));
      const there = [first, ...others].reduce((all, { body }) => mergeReviews(all, readReview(body)), NO_REVIEW);
      const merged = mergeReviews(there, fresh);
      const body = reviewComment(merged, options);
      // What did not fit is not read back: the same text again would change nothing.
      if (!holds(readReview(first.body), merged) && !sameText(body, first.body))
        return () => ours.update(first.id, body);
      return others.length === 0 ? null : () => ours.remove(others);
    },
  });
  return seen[0]?.html_url ?? null;
}

/** Our comments on one pull request, oldest first: first all pages are read, later only what changed since. */
async function ourComments(github: Github, pullRequest: number) {
  const login = await viewerLogin(github);
  const known = new Map<number, Comment>();
  let since: number | null = null;
  const isOurs = ({ user, body }: Comment) => user?.login === login && isReview(body);
  const sorted = () => [...known.values()].sort((a, b) => a.id - b.id);

  const list = async (parameters: Readonly<Record<string, unknown>>) => {
    const found: Comment[] = [];
    for await (const { page, at } of pagesOf(
      github,
      `GET ${ON_ISSUE}`,
      { issue_number: pullRequest, ...parameters },
      z.array(Comment),
    )) {
      since ??= at;
      found.push(...page.filter(isOurs));
    }
    return found;
  };
  const remember = (comments: readonly Comment[]) => {
    for (const comment of comments) known.set(comment.id, comment);
  };

  return {
    async all() {
      remember(await list({}));
      return sorted();
    },
    /** What another job took away is in no list: what is known is asked for by its number. */
    async again() {
      const changed =
        since === null ? await list({}) : await list({ since: new Date(since - SKEW * 1000).toISOString() });
      for (const id of [...known.keys()].filter((id) => !changed.some((comment) => comment.id === id))) {
        const now = await present(ask(github, `GET ${ONE}`, { comment_id: id }, Comment));
        if (now === null || !isOurs(now)) known.delete(id);
        else known.set(id, now);
      }
      remember(changed);
      return sorted();
    },
    async create(body: string): Promise<undefined> {
      remember([await ask(github, `POST ${ON_ISSUE}`, { issue_number: pullRequest, body }, Comment)]);
    },
    async update(id: number, body: string): Promise<undefined> {
      await present(tell(github, `PATCH ${ONE}`, { comment_id: id, body }));
    },
    async remove(doubles: readonly Comment[]): Promise<undefined> {
      for (const { id } of doubles) await present(tell(github, `DELETE ${ONE}`, { comment_id: id }));
    },
  };
}

function sameText(a: string, b: string): boolean {
  return a.trimEnd() === b.replaceAll("\r\n", "\n").trimEnd();
}

/** Null where it is gone: another job was faster. */
async function present<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return null;
    throw error;
  }
}
