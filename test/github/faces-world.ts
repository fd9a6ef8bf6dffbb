import { connectionFrom } from "../../packages/backends/src/github/call/connection.ts";
import { type Github, openGithub } from "../../packages/backends/src/github/call/github.ts";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import {
  type ReviewDocument,
  type ReviewOptions,
  type ReviewSection,
  reviewSection,
} from "../../packages/core/src/report/review/review-section.ts";
import { evaluation } from "../gallery/build.ts";
import { evaluations } from "../gallery/documents.ts";
import {
  type GithubServer,
  type GithubServerOptions,
  startGithubServer,
} from "../github-server/start-github-server.ts";
import type { Granted } from "../github-server/tokens.ts";

/** A repository on the test server, and a job's way to it. */
export interface FacesWorld extends AsyncDisposable {
  readonly server: GithubServer;
  /** One job's client: each has its own, as each is a process. */
  job(granted?: Granted): Github;
}

export const JUDGING: Granted = { contents: "read", pull_requests: "write", checks: "write" };

export async function facesWorld(options: GithubServerOptions = {}): Promise<FacesWorld> {
  const server = await startGithubServer(options);
  return {
    server,
    job(granted = JUDGING) {
      const connection = connectionFrom(server.environment, server.token(granted));
      if (connection === null) throw new Error("the server's variables name no repository");
      return openGithub(connection);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export const passing = (model: string): EvaluationReport => evaluation({ model });
export const failing = (model: string): EvaluationReport => ({ ...(evaluations["worse"] as EvaluationReport), model });
export const undecided = (model: string): EvaluationReport => ({
  ...(evaluations["inconclusive"] as EvaluationReport),
  model,
});

/** A section as the job of run `id` makes it. */
export function sectionOf(document: ReviewDocument, id = 1, options: ReviewOptions = {}): ReviewSection {
  const url = `https://github.com/octo/flights/actions/runs/${id}`;
  return reviewSection(document, { run: { id, attempt: 1, label: `#${id}`, url }, ...options });
}
