import { readFile } from "node:fs/promises";
import { connectionFrom } from "@trainyard/backends/github/call/connection";
import type { Github } from "@trainyard/backends/github/call/github";
import { parseJson, TrainyardError, z } from "@trainyard/core";
import type { HandOver } from "../bundle/hand-over.ts";

/** A step of a job that has a token: GitHub's API, and what the job was started for. */
export interface GithubJob {
  readonly github: Github;
  readonly runId: number;
  /** 1, and one more with each re-run. */
  readonly attempt: number;
  /** The workflow run's page. */
  readonly url: string;
  readonly event: { readonly name: string; readonly payload: unknown; readonly sha: string };
  /** Who started it, as the runner was told. */
  readonly actor: string;
  readonly handOver: HandOver;
  /** The folder that `store:` names; null: releases and artifacts. */
  readonly storeFolder: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const Whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/**
 * @param token Empty: everything stays on this machine.
 * @returns Null without a token or outside a job.
 * @throws INPUT_INVALID on a variable that no runner sets so
 */
export async function openGithubJob(
  environment: Environment,
  { token, store }: { token: string; store: string },
): Promise<GithubJob | null> {
  const connection = connectionFrom(environment, token);
  if (connection === null) return null;
  const { openGithub } = await import("@trainyard/backends/github/call/github"); // octokit is 60 ms of start-up
  const github = openGithub(connection);
  const runId = variable(environment, "GITHUB_RUN_ID", Whole);
  const storeFolder = store === "releases" ? null : store;
  const { owner, name, serverUrl } = connection;
  return {
    github,
    runId,
    attempt: variable(environment, "GITHUB_RUN_ATTEMPT", Whole),
    url: `${serverUrl}/${owner}/${name}/actions/runs/${runId}`,
    event: {
      name: variable(environment, "GITHUB_EVENT_NAME", z.string().min(1)),
      payload: await payloadOf(environment.GITHUB_EVENT_PATH),
      sha: variable(environment, "GITHUB_SHA", z.string().regex(/^[0-9a-f]{40}$/)),
    },
    actor: environment.GITHUB_TRIGGERING_ACTOR || environment.GITHUB_ACTOR || "unknown",
    handOver: await handOverOf(github, runId, storeFolder, environment.RUNNER_TEMP),
    storeFolder,
  };
}

async function handOverOf(github: Github, runId: number, folder: string | null, temp: string | undefined) {
  if (folder !== null) return (await import("../bundle/folder-hand-over.ts")).folderHandOver(folder, runId);
  return (await import("../bundle/artifact-hand-over.ts")).artifactHandOver(github, temp);
}

async function payloadOf(file: string | undefined): Promise<unknown> {
  return file ? parseJson(await readFile(file, "utf8"), "the event of the job") : {};
}

function variable<T>(environment: Environment, name: string, schema: z.ZodType<T>): T {
  const { success, data } = schema.safeParse(environment[name]);
  if (success) return data;
  throw new TrainyardError("INPUT_INVALID", {
    input: name,
    expected: "what a runner sets",
    got: JSON.stringify(environment[name] ?? ""),
  });
}
