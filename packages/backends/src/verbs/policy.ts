import { type EventOf, setPolicy, TrainyardError } from "@trainyard/core";
import { givenText } from "../local/given-text.ts";
import type { Project } from "../project.ts";

/** A policy is written by hand; what is longer is something else. */
const LIMIT = 64 * 1024;

/** `policy`: the event that set what is allowed now; with `set` or `clear`, sets it anew first. */
export async function policyVerb(
  project: Project,
  folder: string,
  inputs: { set: string | null; clear: boolean; reason: string | null },
): Promise<{ event: EventOf<"policy.set"> | null; changed: boolean }> {
  const { set, clear, reason } = inputs;
  const { registry } = project;
  if (set === null && !clear) {
    if (reason !== null)
      throw new TrainyardError("INPUT_MISSING", { input: "--set", needed: "FILE: what is allowed from now on" });
    return { event: await registry.policy(), changed: false };
  }
  if (set !== null && clear)
    throw new TrainyardError("INPUT_INVALID", { input: "--clear", expected: "given without --set", got: "both" });
  const policy =
    set === null
      ? null
      : (await import("../config/parse-policy.ts")).parsePolicy(await givenText(folder, set, LIMIT), set);
  if (reason === null) throw new TrainyardError("INPUT_MISSING", { input: "--reason", needed: "TEXT: why; recorded" });
  await project.mayWrite();
  const event = await setPolicy({ policy, reason }, project);
  return { event: event ?? (await registry.policy()), changed: event !== null };
}
