import { artifactBlob } from "../rest/artifacts.ts";
import type { Artifact } from "../state.ts";
import type { World } from "../world.ts";
import type { Claims } from "./runtime-tokens.ts";
import { type Method, type ResultsCall, TwirpError } from "./serve-results.ts";

const DAY = 24 * 3600 * 1000;
/** Days that an artifact is kept unless it says otherwise. */
const RETENTION = 90;
const MOST_PER_JOB = 500;

const keyOf = ({ run }: Claims, name: unknown) => Buffer.from(`artifact:${run}:${name}`).toString("hex");

/** Service `ArtifactService`; an artifact belongs to the run of the token, and its name is taken once. */
export const artifactService: Readonly<Record<string, Method>> = {
  CreateArtifact({ world, claims, message, blobs, uploadUrl }) {
    own(claims, message);
    if (named(world, claims, message.name) !== undefined)
      throw new TwirpError(409, "already_exists", "an artifact with this name already exists on the workflow run");
    if (world.state.artifacts.filter((one) => one.run === claims.run && one.job === claims.job).length >= MOST_PER_JOB)
      throw new TwirpError(403, "resource_exhausted", "maximum number of artifacts for this job reached");
    const key = keyOf(claims, message.name);
    blobs.open(key);
    expiries.set(key, typeof message.expires_at === "string" ? message.expires_at : null);
    return { ok: true, signed_upload_url: uploadUrl(key) };
  },

  FinalizeArtifact({ world, claims, message, blobs }) {
    own(claims, message);
    const key = keyOf(claims, message.name);
    const stored = blobs.close(key);
    if (stored === null) throw new TwirpError(404, "not_found", "no upload of that name");
    const artifact: Artifact = {
      id: world.nextId(),
      name: String(message.name),
      run: claims.run,
      job: claims.job,
      size: Number(message.size),
      digest: typeof message.hash === "string" ? message.hash : stored.digest, // GitHub keeps what the uploader says
      contentType: stored.contentType,
      file: stored.file,
      createdAt: world.now(),
      expiresAt: expiries.get(key) ?? new Date(Date.parse(world.now()) + RETENTION * DAY).toISOString(),
      expired: false,
    };
    expiries.delete(key);
    world.state.artifacts.push(artifact);
    return { ok: true, artifact_id: String(artifact.id) };
  },

  ListArtifacts({ world, claims, message }) {
    own(claims, message);
    const { name_filter: name, id_filter: id } = message;
    const found = world.state.artifacts
      .filter(({ run, expired }) => run === claims.run && !expired)
      .filter(
        (one) => (name === undefined || one.name === name) && (id === undefined || String(one.id) === String(id)),
      );
    return {
      artifacts: found.map((one) => ({
        workflow_run_backend_id: String(one.run),
        workflow_job_run_backend_id: one.job,
        database_id: String(one.id),
        name: one.name,
        size: String(one.size),
        created_at: one.createdAt,
        digest: one.digest,
      })),
    };
  },

  GetSignedArtifactURL({ world, claims, message }) {
    const artifact = mustBe(world, claims, message.name);
    return { signed_url: world.files.sign(world.blobUrl, artifactBlob(artifact)) };
  },

  DeleteArtifact({ world, claims, message }) {
    const artifact = mustBe(world, claims, message.name);
    world.state.artifacts.splice(world.state.artifacts.indexOf(artifact), 1);
    return { ok: true, artifact_id: String(artifact.id) };
  },
};

const expiries = new Map<string, string | null>();

/** A token speaks for its own run only. */
function own(claims: Claims, message: ResultsCall["message"]): void {
  if (String(message.workflow_run_backend_id) !== String(claims.run))
    throw new TwirpError(403, "permission_denied", "the token is for another run");
}

const named = (world: World, { run }: Claims, name: unknown) =>
  world.state.artifacts.find((one) => one.run === run && one.name === name);

function mustBe(world: World, claims: Claims, name: unknown): Artifact {
  const found = named(world, claims, name);
  if (found === undefined) throw new TwirpError(404, "not_found", "artifact not found");
  return found;
}
