import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, pagesOf } from "@trainyard/backends/github/call/ask";
import type { Github } from "@trainyard/backends/github/call/github";
import { ModelName, Sha256, TrainyardError, z } from "@trainyard/core";
import { downloadArtifact, uploadArtifact } from "../lazy/artifact.ts";
import type { Part } from "./bundle-ref.ts";
import { artifactName, type HandedOn, type HandOver, type Piece } from "./hand-over.ts";
import { unzip } from "./unzip.ts";

/** Days the model's files are kept: long enough for a review and its release. */
const BYTES_DAYS = 14;
/** Scores serve the check after them, and a re-run of it. */
const SCORES_DAYS = 3;

const Artifacts = z.object({
  artifacts: z.array(
    z.object({
      id: z.int().positive(),
      name: z.string(),
      expired: z.boolean(),
      digest: z.string().nullish(),
    }),
  ),
});

const Made = z.object({ workflow_run: z.object({ id: z.int() }).nullish() });

/** Run bundles as workflow artifacts: `trainyard-record-MODEL` and, kept for days only, `trainyard-bytes-MODEL`; scores as `trainyard-scores-MODEL`. */
export function artifactHandOver(github: Github, temp: string | undefined): HandOver {
  return {
    sharesStore: false,
    refuseUnavailable() {
      if (!hasArtifacts(github.connection.serverUrl))
        throw new TrainyardError("ARTIFACTS_UNAVAILABLE", { what: "Handing a run on to another job" });
    },

    async send(half, { model, nth }, folder, files) {
      const paths = files.map((file) => join(folder, file));
      const { id, digest } = await uploadArtifact(
        artifactName(half, model, nth),
        folder,
        paths,
        half === "record" ? {} : { retentionDays: half === "bytes" ? BYTES_DAYS : SCORES_DAYS },
      );
      return { id, digest: checkedDigest(digest, id) };
    },

    async bring(_half, { id, digest }, into, mostBytes) {
      if (typeof id !== "number") throw new TrainyardError("BUNDLE_GONE", { what: id, reason: "it is no artifact" });
      const folder = await mkdtemp(join(temp || tmpdir(), "trainyard-zip-"));
      try {
        await downloadArtifact(id, digest, folder, github.connection);
        const [archive] = await readdir(folder);
        if (archive === undefined)
          throw new TrainyardError("BUNDLE_INVALID", { path: `artifact ${id}`, problem: "it is empty" });
        await unzip(join(folder, archive), into, mostBytes);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },

    async list(runId) {
      const newest = new Map<string, HandedOn>();
      const route = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts";
      for await (const { page } of pagesOf(github, route, { run_id: runId }, Artifacts)) {
        for (const { id, name, expired, digest } of page.artifacts) {
          const handed = named(name);
          if (handed === null || expired) continue;
          const before = newest.get(name);
          if (before !== undefined && Number(before.part.id) > id) continue; // a re-run handed on anew
          newest.set(name, { ...handed, part: { id, digest: checkedDigest(digest ?? null, id) } });
        }
      }
      return [...newest.values()];
    },

    async refuseOthers({ id }, runId, run) {
      const route = "GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}";
      const { workflow_run: made } = await ask(github, route, { artifact_id: id }, Made).catch(
        (error: { status?: number }) => {
          if (error.status !== 404) throw error;
          throw new TrainyardError("BUNDLE_GONE", { what: `artifact ${id}`, reason: "there is none" });
        },
      );
      if (made?.id !== runId)
        throw new TrainyardError("BUNDLE_FOREIGN", {
          run,
          field: "workflow run",
          expected: String(runId),
          got: String(made?.id ?? "none"),
        });
    },
  };
}

/** GitHub Enterprise Server has none of this kind; told from the host as @actions/artifact does. */
function hasArtifacts(serverUrl: string): boolean {
  return /(?:^|\.)(?:ghe\.com|localhost)$|^github\.com$/i.test(new URL(serverUrl).hostname);
}

function named(name: string): { model: string; half: Piece } | null {
  const [, half, model] = /^trainyard-(record|bytes|scores)-(.+)$/.exec(name) ?? [];
  return model !== undefined && ModelName.safeParse(model).success ? { model, half: half as Piece } : null;
}

function checkedDigest(digest: string | null, id: number): Part["digest"] {
  const { success, data } = Sha256.safeParse(digest);
  if (success) return data;
  throw new TrainyardError("GITHUB_ANSWER", { what: `artifact ${id}`, problem: "it names no digest" });
}
