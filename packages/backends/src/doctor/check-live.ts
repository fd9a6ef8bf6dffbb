import { randomUUID } from "node:crypto";
import { RequestError } from "@octokit/request-error";
import { isRefusal, z } from "@trainyard/core";
import { ask, tell } from "../github/call/ask.ts";
import type { Github } from "../github/call/github.ts";
import { sha256 } from "../local/sha256.ts";
import { type Finding, fail, ok, unknown } from "./finding.ts";

const REPO = "/repos/{owner}/{repo}";
/** Clocks that differ by more make waits and comparisons of times wrong; seconds. */
const SKEW = 30;

const COMMIT = `mutation DoctorCommit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } }
}`;
const Commit = z.object({
  createCommitOnBranch: z.object({
    commit: z.object({ oid: z.string(), signature: z.object({ isValid: z.boolean() }).nullable() }),
  }),
});
const Repository = z.object({ default_branch: z.string() });
const Ref = z.object({ object: z.object({ sha: z.string() }) });
const Release = z.object({ id: z.int(), upload_url: z.string() });
const Asset = z.object({ digest: z.string().nullish(), state: z.string() });

export interface LiveOptions {
  /** A throw-away branch and a draft release are made and removed. */
  readonly write: boolean;
  /** An issue that gets a comment, which is removed at once. */
  readonly issue: number | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What only a live repository can prove, one line each with GitHub's answer. Whatever is made is removed, also when a step fails. */
export async function checkLive(github: Github, { write, issue, now }: LiveOptions): Promise<Finding[]> {
  const found = [
    await tried("live-rest", async () => {
      const { headers } = await github.rest(`GET ${REPO}`, {
        owner: github.connection.owner,
        repo: github.connection.name,
      });
      const skew = Math.abs(Date.parse(String(headers.date)) - now) / 1000;
      return skew <= SKEW
        ? ok("live-rest", `answered; its clock and this one differ by ${skew.toFixed(0)} s`)
        : fail("live-rest", `its clock and this one differ by ${skew.toFixed(0)} s`, "Set this machine's clock.");
    }),
    await tried("live-graphql", async () => {
      const { viewer } = await github.graphql<{ viewer: { login: string } }>("query { viewer { login } }", {});
      return ok("live-graphql", `answered as ${viewer.login}`);
    }),
  ];
  if (write) {
    found.push(...(await throwAwayBranch(github)));
    found.push(...(await draftRelease(github)));
  }
  if (issue !== null) found.push(...(await comment(github, issue)));
  return found;
}

async function tried(id: string, step: () => Promise<Finding>): Promise<Finding> {
  try {
    return await step();
  } catch (error) {
    if (isRefusal(error) && error.code === "SERVICE_UNREACHABLE") return unknown(id, error.message, error.hint);
    if (isRefusal(error)) return fail(id, error.message, error.hint);
    if (error instanceof RequestError) return fail(id, `GitHub answered ${error.status}`, "Report it with this line.");
    throw error;
  }
}

/** A thing that is there for a moment: steps on it, then its removal, which is a finding of its own. */
async function withThing<T>(
  id: string,
  make: () => Promise<T>,
  steps: (thing: T) => Promise<Finding>,
  remove: (thing: T) => Promise<void>,
  name: (thing: T | null) => string,
): Promise<Finding[]> {
  let thing: { readonly made: T } | null = null;
  const done = await tried(id, async () => {
    thing = { made: await make() };
    return steps(thing.made);
  });
  // Its answer may have been lost, and not the thing.
  if (thing === null)
    return [{ ...done, todo: `${done.todo ?? ""} Look whether it is there, and remove it: ${name(null)}` }];
  const { made } = thing as { readonly made: T };
  const gone = await tried(`${id}-removed`, async () => {
    await remove(made);
    return ok(`${id}-removed`, name(made));
  });
  const left = gone.status === "ok" ? gone : { ...gone, todo: `Remove it by hand: ${name(made)}` };
  return [done, left];
}

function throwAwayBranch(github: Github): Promise<Finding[]> {
  const id = "live-commit";
  const { owner, name } = github.connection;
  const branch = `trainyard-doctor/${randomUUID()}`;
  const commit = async (head: string) => {
    const additions = [{ path: "trainyard-doctor.txt", contents: Buffer.from(head).toString("base64") }];
    const input = {
      branch: { repositoryNameWithOwner: `${owner}/${name}`, branchName: branch },
      expectedHeadOid: head,
      message: { headline: "Try what a registry needs", body: "" },
      fileChanges: { additions },
    };
    return Commit.parse(await github.graphql<unknown>(COMMIT, { input })).createCommitOnBranch.commit;
  };
  return withThing(
    id,
    async () => {
      const { default_branch } = await ask(github, `GET ${REPO}`, {}, Repository);
      const { object } = await ask(github, `GET ${REPO}/git/ref/{ref}`, { ref: `heads/${default_branch}` }, Ref);
      await tell(github, `POST ${REPO}/git/refs`, { ref: `refs/heads/${branch}`, sha: object.sha });
      return object.sha;
    },
    async (head) => {
      const { oid, signature } = await commit(head);
      const refused = await commit(head).then(
        () => false,
        (error: unknown) => {
          if (isRefusal(error) && error.code === "GITHUB_ANSWER") return true;
          throw error;
        },
      );
      if (!refused)
        return fail(
          id,
          "a second commit on an old head was taken",
          "Do not use this server: writers would overwrite each other.",
        );
      const signed = signature?.isValid === true ? "signed" : "not signed";
      return ok(id, `createCommitOnBranch made ${oid.slice(0, 12)}, ${signed}, and refused an old head`);
    },
    () => tell(github, `DELETE ${REPO}/git/refs/{ref}`, { ref: `heads/${branch}` }),
    () => `branch ${branch}`,
  );
}

function draftRelease(github: Github): Promise<Finding[]> {
  const id = "live-release";
  const tag = `trainyard-doctor-${randomUUID()}`;
  return withThing(
    id,
    () =>
      ask(github, `POST ${REPO}/releases`, { tag_name: tag, name: tag, draft: true, make_latest: "false" }, Release),
    async ({ upload_url }) => {
      const data = `trainyard doctor ${tag}\n`;
      const url = `${upload_url.replace(/\{[^}]*\}$/, "")}?name=doctor.txt`;
      const headers = { "content-type": "application/octet-stream" };
      const { data: answer } = await github.rest({ method: "POST", url, data, headers } as never);
      const { digest, state } = Asset.parse(answer);
      const expected = sha256(data);
      if (digest === expected) return ok(id, `a draft's asset is ${state}, and GitHub's digest is ours`);
      return fail(
        id,
        `GitHub says ${digest ?? "no digest"}, expected ${expected}`,
        "Keep bytes in a folder: store: /shared/folder",
      );
    },
    ({ id: release_id }) => tell(github, `DELETE ${REPO}/releases/{release_id}`, { release_id }),
    () => `draft ${tag}`,
  );
}

function comment(github: Github, issue_number: number): Promise<Finding[]> {
  const id = "live-comment";
  const One = z.object({ id: z.int(), html_url: z.string() });
  const body = "`trainyard doctor --live` tries whether it may comment here. This goes away at once.";
  return withThing(
    id,
    () => ask(github, `POST ${REPO}/issues/{issue_number}/comments`, { issue_number, body }, One),
    async ({ html_url }) => ok(id, html_url),
    ({ id: comment_id }) => tell(github, `DELETE ${REPO}/issues/comments/{comment_id}`, { comment_id }),
    (made) => made?.html_url ?? `a comment on issue ${issue_number}`,
  );
}
