import { type Config, isRefusal, TrainyardError } from "@trainyard/core";
import { loadConfig } from "../config/load-config.ts";
import { checkInputs } from "../doctor/check-inputs.ts";
import { checkPermissions } from "../doctor/check-permissions.ts";
import { checkProject, repositoryRoot } from "../doctor/check-project.ts";
import { checkRetraining } from "../doctor/check-retraining.ts";
import { checkTrust } from "../doctor/check-trust.ts";
import { checkOwnRunners, checkWorkflows } from "../doctor/check-workflows.ts";
import { type Finding, fail, unknown } from "../doctor/finding.ts";
import { githubPlace } from "../doctor/github-place.ts";
import { readWorkflows } from "../doctor/workflow-file.ts";
import { clockFrom } from "../local/clock.ts";

export type { Finding } from "../doctor/finding.ts";

export interface DoctorGroup {
  readonly name: "here" | "workflows" | "GitHub" | "live";
  readonly findings: readonly Finding[];
}

export interface DoctorInputs {
  readonly repository?: string | undefined;
  /** What only a live repository can prove; null: not asked for. */
  readonly live?: { readonly write: boolean; readonly issue: number | null } | null;
}

/**
 * Looks at everything a project needs and changes nothing, unless `live.write` or `live.issue` says so. What cannot be looked at, without a network or a permission, is `unknown`.
 * @throws INPUT_INVALID for a repository that is none; INPUT_MISSING where `live` has nobody to ask
 */
export async function doctorVerb(
  folder: string,
  inputs: DoctorInputs,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DoctorGroup[]> {
  const place = await githubPlace(folder, inputs.repository, environment);
  const here = await checkProject(folder, environment);
  const config = await configOf(folder);
  const root = await repositoryRoot(folder);
  const { files, unreadable } = root === null ? { files: [], unreadable: [] } : await readWorkflows(root);
  const asks = place !== null && place.token !== "";
  if (inputs.live && !asks)
    throw new TrainyardError("INPUT_MISSING", {
      input: place === null ? "--repository" : "GITHUB_TOKEN",
      needed: "--live asks GitHub about a repository there",
    });
  const workflows = [
    ...unreadable.map(({ path, problem }) =>
      fail("workflows", `${path} cannot be read: ${problem}`, "Correct it; GitHub reads it no better."),
    ),
    ...checkWorkflows(files, config),
    ...checkPermissions(files, config),
    ...checkInputs(files, config),
    ...checkTrust(files, config),
    ...checkRetraining(files, config),
    ...(asks ? [] : checkOwnRunners(files, null, null)),
  ];
  const groups: DoctorGroup[] = [
    { name: "here", findings: here },
    { name: "workflows", findings: workflows },
  ];
  if (!asks) {
    const why = place === null ? "origin is no repository on GitHub" : "no token to ask with";
    const todo =
      place === null ? "Name one: --repository OWNER/NAME" : "GITHUB_TOKEN=$(gh auth token) trainyard doctor";
    return [...groups, { name: "GitHub", findings: [unknown("repository", why, todo)] }];
  }
  const { openGithub } = await import("../github/call/github.ts");
  const { checkGithub } = await import("../doctor/check-github.ts");
  const github = openGithub(place);
  groups.push({ name: "GitHub", findings: await checkGithub(github, files, config) });
  if (inputs.live) {
    const { checkLive } = await import("../doctor/check-live.ts");
    const now = clockFrom(environment).now();
    groups.push({ name: "live", findings: await checkLive(github, { ...inputs.live, now }) });
  }
  return groups;
}

/** A config that is wrong was told of already. */
async function configOf(folder: string): Promise<Config | null> {
  try {
    return (await loadConfig(folder)).config;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
