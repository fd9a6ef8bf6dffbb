import {
  byCodePoint,
  compareRuns,
  type GateNotice,
  holds,
  isReview,
  mergeReviews,
  NO_REVIEW,
  type Review,
  type ReviewCheck,
  type ReviewRun,
  type ReviewSection,
  readReview,
  reviewCheck,
  z,
} from "@trainyard/core";
import { pagesOf, tell } from "../call/ask.ts";
import { converge } from "../call/converge.ts";
import type { Github } from "../call/github.ts";
import { viewerLogin } from "../call/viewer.ts";

const text = z
  .string()
  .nullish()
  .transform((said) => said ?? "");
const CheckRun = z.object({
  id: z.int(),
  status: z.string(),
  conclusion: z.string().nullable(),
  app: z.object({ slug: z.string().nullish() }).nullish(),
  output: z.object({ title: text, summary: text, text }),
});
type CheckRun = z.infer<typeof CheckRun>;
const CheckPage = z.object({ check_runs: z.array(CheckRun) });

/** GitHub takes so many annotations a request, and adds them to those that are there. */
const ANNOTATIONS = 50;

export interface CheckOptions {
  /** The commit it stands on: a pull request's head. */
  readonly sha: string;
  /** `trainyard`, or what `checkName` says for another branch. */
  readonly name: string;
  /** All models that must be judged before it concludes; those of `sections` when left out. */
  readonly expected?: readonly string[];
  /** Set where this run judged every model concerned. */
  readonly complete?: ReviewRun | null;
  readonly detailsUrl?: string;
  /** Lines of trainyard.yaml whose gates did not pass, by model. */
  readonly notices?: ReadonlyMap<string, readonly GateNotice[]>;
}

/**
 * Sets the one check of a commit: a model's part is replaced by that of a newer run, the worst of all models counts. Checks cannot be deleted, so
 * where a race made two, both come to say the same.
 *
 * @returns Its conclusion; null while an expected model is not judged.
 */
export async function setCheck(
  github: Github,
  sections: readonly ReviewSection[],
  { sha, name, expected = [], complete = null, detailsUrl, notices = new Map() }: CheckOptions,
): Promise<ReviewCheck["conclusion"]> {
  const fresh: Review = {
    complete,
    sections: sections.map((section) => ({ ...section, annotations: notices.get(section.model)?.length ?? 0 })),
  };
  const all = (review: Review) => reviewCheck(review, expected);
  const slug = (await viewerLogin(github)).replace(/\[bot\]$/, "");
  const own = (review: Review) =>
    new Map(
      review.sections
        .filter(({ model, run }) => sections.some((mine) => mine.model === model && compareRuns(mine.run, run) === 0))
        .map(({ model }) => [model, notices.get(model) ?? []]),
    );
  const seen = await converge(github, `the check ${name} of ${sha}`, {
    look: () => ourChecks(github, slug, sha, name),
    next(checks) {
      const there = checks.reduce((sum, { output }) => mergeReviews(sum, readReview(output.text)), NO_REVIEW);
      const merged = mergeReviews(fresh, there); // of equals what is there: it says what was annotated
      const newest = checks.at(-1);
      const set = (run: CheckRun | null, review: Review, annotations: readonly GateNotice[] = []) =>
        writeCheck(
          github,
          run,
          all(review),
          { sha, name, ...(detailsUrl === undefined ? {} : { detailsUrl }) },
          annotations,
        );

      if (newest === undefined || supersedes(merged, readReview(newest.output.text))) {
        const { review, annotations } = annotate(merged, own(merged), true);
        return () => set(null, review, annotations);
      }
      const { review, annotations } = annotate(merged, own(merged), false);
      if (annotations.length > 0) return () => set(newest, review, annotations);
      const stale = checks.filter((check) => !says(check, review, all(review)));
      return stale.length === 0
        ? null
        : async () => {
            for (const check of stale.reverse()) await set(check, review);
          };
    },
  });
  const newest = seen.at(-1);
  return newest === undefined || newest.status !== "completed" ? null : all(readReview(newest.output.text)).conclusion;
}

/** The checks of one name on a commit that hold a review of ours, oldest first. Only its own app can write a check. */
async function ourChecks(github: Github, slug: string, ref: string, name: string): Promise<CheckRun[]> {
  const found: CheckRun[] = [];
  const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
  for await (const { page } of pagesOf(github, route, { ref, check_name: name, filter: "all" }, CheckPage))
    found.push(...page.check_runs.filter(({ app, output }) => app?.slug === slug && isReview(output.text)));
  return found.sort((a, b) => a.id - b.id);
}

/** A newer run has annotations where the check already carries older ones, which cannot be taken away: it needs a check of its own. */
function supersedes(merged: Review, there: Review): boolean {
  return merged.sections.some(({ model, annotations = 0, annotated = 0 }) => {
    const before = there.sections.find((section) => section.model === model);
    return annotations > 0 && annotated === 0 && (before?.annotated ?? 0) > 0;
  });
}

/** The next annotations to be sent, and the review that says they were: both go in one request, so a lost answer loses neither. */
function annotate(
  review: Review,
  notices: ReadonlyMap<string, readonly GateNotice[]>,
  anew: boolean,
): { review: Review; annotations: GateNotice[] } {
  const annotations: GateNotice[] = [];
  const sections = review.sections.map((section) => {
    const own = notices.get(section.model) ?? [];
    const from = anew ? 0 : (section.annotated ?? 0);
    const more = own.slice(from, from + ANNOTATIONS - annotations.length);
    annotations.push(...more);
    return { ...section, annotated: from + more.length };
  });
  return { review: { ...review, sections }, annotations };
}

function says(check: CheckRun, review: Review, wanted: ReviewCheck): boolean {
  const concluded = wanted.conclusion === null ? check.status !== "completed" : check.conclusion === wanted.conclusion;
  const there = readReview(check.output.text);
  const models = (of: Review) =>
    of.sections
      .map(({ model }) => model)
      .sort(byCodePoint)
      .join();
  return concluded && check.output.title === wanted.title && holds(there, review) && models(there) === models(review);
}

async function writeCheck(
  github: Github,
  run: CheckRun | null,
  { conclusion, title, summary, text }: ReviewCheck,
  { sha, name, detailsUrl }: { sha: string; name: string; detailsUrl?: string },
  notices: readonly GateNotice[],
): Promise<undefined> {
  const annotations = notices.map(({ path, line, level, title, message }) => ({
    path,
    start_line: line,
    end_line: line,
    annotation_level: level,
    title,
    message,
  }));
  const state = conclusion === null ? { status: "in_progress" } : { status: "completed", conclusion };
  const output = { title, summary, text, ...(annotations.length === 0 ? {} : { annotations }) };
  const body = { ...state, ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }), output };
  if (run === null) await tell(github, "POST /repos/{owner}/{repo}/check-runs", { name, head_sha: sha, ...body });
  else await tell(github, "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", { check_run_id: run.id, ...body });
}
