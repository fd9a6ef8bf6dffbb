import { z } from "zod";
import { artifactBlob, removeArtifact } from "../rest/artifacts.ts";
import type { Artifact } from "../state.ts";
import type { World } from "../world.ts";
import { backendIds, type Claims } from "./runtime-tokens.ts";
import type { Method } from "./serve-results.ts";
import { parsed, TwirpError } from "./twirp.ts";

const DAY = 24 * 3600 * 1000;
/** Days that an artifact is kept at most, and unless it says otherwise. */
const RETENTION = 90;
const MOST_PER_JOB = 500;

// What @actions/artifact forbids before it asks; a client that does not is told here.
const Name = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^":<>|*?\r\n\\/]+$/);
const Of = z.strictObject({ workflow_run_backend_id: z.string(), workflow_job_run_backend_id: z.string() });
const Int64 = z.string().regex(/^\d{1,19}$/);
const One = Of.extend({ name: Name });
const Create = One.extend({
  version: z.int().min(4).max(7),
  mime_type: z.string().optional(),
  expires_at: z.iso.datetime().optional(),
});
const Finalize = One.extend({
  size: Int64,
  hash: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});
const List = Of.extend({ name_filter: z.string().optional(), id_filter: Int64.optional() });

/** Service `ArtifactService`; an artifact belongs to the run of the token, and its name is taken once in each attempt of it. */
export const artifactService: Readonly<Record<string, Method>> = {
  CreateArtifact({ world, claims, message, blobs, uploadUrl }) {
    const asked = parsed(Create, message);
    ownJob(claims, asked);
    const ofAttempt = inRun(world, claims).filter(({ attempt }) => attempt === claims.attempt);
    if (ofAttempt.filter(({ job }) => job === claims.job).length >= MOST_PER_JOB)
      throw new TwirpError("resource_exhausted", "maximum number of artifacts for this job reached");
    const taken = ofAttempt.some(({ name }) => name === asked.name);
    const upload = taken ? null : blobs.open(slot(claims, asked.name), asked.expires_at ?? null);
    // Taken is also what was only begun: who lost the answer to this very call meets a conflict (actions/upload-artifact#506).
    if (upload === null)
      throw new TwirpError("already_exists", "an artifact with this name already exists on the workflow run");
    return { ok: true, signed_upload_url: uploadUrl(upload) };
  },

  FinalizeArtifact({ world, claims, message, blobs }) {
    const asked = parsed(Finalize, message);
    ownJob(claims, asked);
    const upload = blobs.under(slot(claims, asked.name));
    const before = inRun(world, claims).find(
      ({ name, attempt, job }) => name === asked.name && attempt === claims.attempt && job === claims.job,
    );
    if (upload === null && before !== undefined && before.digest === asked.hash)
      return { ok: true, artifact_id: String(before.id) }; // said twice, as after a lost answer
    if (upload === null) throw new TwirpError("not_found", "no upload of that name");
    const { stored } = upload;
    if (stored === null) throw new TwirpError("failed_precondition", "nothing was uploaded");
    blobs.close(upload);
    const at = world.now();
    const last = Date.parse(at) + RETENTION * DAY;
    const artifact: Artifact = {
      id: world.nextId(),
      name: asked.name,
      run: claims.run,
      attempt: claims.attempt,
      job: claims.job,
      size: stored.size,
      // Nobody says that GitHub counts it itself: what the uploader told is what is shown, and who downloads has to count.
      digest: asked.hash ?? stored.digest,
      contentType: upload.contentType,
      file: stored.file,
      createdAt: at,
      expiresAt: new Date(Math.min(last, Date.parse(upload.expiresAt ?? "") || last)).toISOString(),
      expired: false,
    };
    world.state.artifacts.push(artifact);
    return { ok: true, artifact_id: String(artifact.id) };
  },

  ListArtifacts({ world, claims, message }) {
    const asked = parsed(List, message);
    ownRun(claims, asked);
    const { name_filter: name, id_filter: id } = asked;
    const found = inRun(world, claims)
      .filter((one) => !world.hasExpired(one))
      .filter((one) => (name === undefined || one.name === name) && (id === undefined || String(one.id) === id));
    return {
      artifacts: found.map((one) => ({
        workflow_run_backend_id: backendIds(one).run,
        workflow_job_run_backend_id: backendIds(one).job,
        database_id: String(one.id),
        name: one.name,
        size: String(one.size),
        created_at: one.createdAt,
        digest: one.digest,
      })),
    };
  },

  GetSignedArtifactURL({ world, claims, message }) {
    const artifact = newest(world, claims, parsed(One, message));
    return { signed_url: world.files.sign(world.blobUrl, artifactBlob(artifact)) };
  },

  DeleteArtifact({ world, claims, message }) {
    const artifact = newest(world, claims, parsed(One, message));
    removeArtifact(world, artifact);
    return { ok: true, artifact_id: String(artifact.id) };
  },
};

const slot = ({ run, attempt }: Claims, name: string) => JSON.stringify(["artifact", run, attempt, name]);

const inRun = (world: World, { run }: Claims) => world.state.artifacts.filter((one) => one.run === run);

/** A token speaks for its own run only. */
function ownRun(claims: Claims, asked: z.output<typeof Of>): void {
  if (asked.workflow_run_backend_id !== backendIds(claims).run)
    throw new TwirpError("permission_denied", "the token is for another run");
}

/** And writes in the name of its own job only. */
function ownJob(claims: Claims, asked: z.output<typeof Of>): void {
  ownRun(claims, asked);
  if (asked.workflow_job_run_backend_id !== backendIds(claims).job)
    throw new TwirpError("permission_denied", "the token is for another job");
}

/** Of the attempts of a run the last one's. */
function newest(world: World, claims: Claims, asked: z.output<typeof One>): Artifact {
  ownRun(claims, asked);
  const found = inRun(world, claims).findLast(
    (one) =>
      one.name === asked.name && backendIds(one).job === asked.workflow_job_run_backend_id && !world.hasExpired(one),
  );
  if (found === undefined) throw new TwirpError("not_found", "artifact not found");
  return found;
}
