import { RequestError } from "@octokit/request-error";
import {
  type DriftMarkdownOptions,
  type DriftReport,
  driftIssue,
  isRecoveryComment,
  readDriftIssue,
  recoveryComment,
  TrainyardError,
  toldOf,
  z,
} from "@trainyard/core";
import { ask, pagesOf } from "../call/ask.ts";
import { converge } from "../call/converge.ts";
import type { Github } from "../call/github.ts";
import { viewerLogin } from "../call/viewer.ts";

const Issue = z.object({
  number: z.int(),
  state: z.enum(["open", "closed"]),
  html_url: z.string(),
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ""),
  user: z.object({ login: z.string() }).nullish(),
  pull_request: z.unknown().optional(),
});
type Issue = z.infer<typeof Issue>;
const Comment = z.object({
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});

const ISSUES = "/repos/{owner}/{repo}/issues";
const ONE = `${ISSUES}/{issue_number}`;

/** Where the matter is told of. */
export interface TrackingIssue {
  readonly number: number;
  readonly url: string;
  readonly open: boolean;
}

/**
 * Tells a drift check's result in the model's one tracking issue: made by the first drift, brought up to date by every check, closed with a comment
 * by a quiet one, opened again by the next drift. One that a person closed stays closed until a quiet check came between. Only what this token's own
 * account wrote and marked is touched; of several of ours the oldest stays.
 *
 * @returns Null where there is no matter, and was none.
 * @throws ISSUES_OFF
 */
export async function tellDrift(
  github: Github,
  report: DriftReport,
  options: DriftMarkdownOptions = {},
): Promise<TrackingIssue | null> {
  const { model, verdict } = report;
  const login = await viewerLogin(github);
  const bad = verdict === "drift" || verdict === "data-broken";
  const [seen] = await converge(github, `the issue of ${model}`, {
    look: () => ourIssues(github, login, model),
    next([issue, ...doubles]) {
      if (verdict === "insufficient-data") return null;
      if (issue === undefined) return bad ? async () => [await create(github, report, options)] : null;
      const double = doubles.find(({ state }) => state === "open");
      if (double !== undefined)
        return async () => {
          await update(github, double.number, { state: "closed", state_reason: "not_planned" });
          return undefined;
        };
      const before = readDriftIssue(issue.body, model);
      if (before === null || toldOf(before, report)) return null;
      if (!bad && issue.state === "closed" && before.recovered !== null) return null;
      const text = driftIssue(report, before, options);
      return async () => {
        if (!bad && issue.state === "open") await sayRecovered(github, login, issue.number, report);
        const reopens = bad && issue.state === "closed" && before.recovered !== null;
        const state = reopens
          ? { state: "open", state_reason: "reopened" }
          : !bad && issue.state === "open"
            ? { state: "closed", state_reason: "completed" }
            : {};
        return [await update(github, issue.number, { ...text, ...state })];
      };
    },
  });
  return seen === undefined ? null : { number: seen.number, url: seen.html_url, open: seen.state === "open" };
}

/** Oldest first. */
async function ourIssues(github: Github, creator: string, model: string): Promise<Issue[]> {
  const found: Issue[] = [];
  const parameters = { creator, state: "all", sort: "created", direction: "asc" };
  for await (const { page } of pagesOf(github, `GET ${ISSUES}`, parameters, z.array(Issue)))
    found.push(
      ...page.filter(
        ({ user, body, pull_request }) =>
          user?.login === creator && pull_request === undefined && readDriftIssue(body, model) !== null,
      ),
    );
  return found.sort((a, b) => a.number - b.number);
}

async function create(github: Github, report: DriftReport, options: DriftMarkdownOptions): Promise<Issue> {
  const { title, body } = driftIssue(report, null, options);
  try {
    return await ask(github, `POST ${ISSUES}`, { title, body }, Issue);
  } catch (error) {
    if (error instanceof RequestError && error.status === 410)
      throw new TrainyardError("ISSUES_OFF", { repository: `${github.connection.owner}/${github.connection.name}` });
    throw error;
  }
}

function update(github: Github, number: number, change: Readonly<Record<string, string>>): Promise<Issue> {
  return ask(github, `PATCH ${ONE}`, { issue_number: number, ...change }, Issue);
}

/** Once: after a lost answer the comment is there. */
async function sayRecovered(github: Github, login: string, number: number, report: DriftReport): Promise<void> {
  const place = { issue_number: number };
  for await (const { page } of pagesOf(github, `GET ${ONE}/comments`, place, z.array(Comment)))
    if (page.some(({ user, body }) => user?.login === login && isRecoveryComment(body ?? "", report))) return;
  await ask(github, `POST ${ONE}/comments`, { ...place, body: recoveryComment(report) }, Comment);
}
