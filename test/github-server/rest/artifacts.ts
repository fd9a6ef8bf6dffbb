import { done, type Exchange, type Handlers, notFound, ok, Refused } from "../exchange.ts";
import { counted } from "../pages.ts";
import { artifact as shape } from "../shapes.ts";
import type { Artifact } from "../state.ts";
import type { World } from "../world.ts";
import { find as findRun } from "./runs.ts";

/** Artifacts and caches as the REST API shows them; the results service makes them. */
export const artifacts: Handlers = {
  "actions/list-artifacts-for-repo"(exchange: Exchange) {
    return list(exchange, exchange.world.state.artifacts);
  },

  "actions/list-workflow-run-artifacts"(exchange: Exchange) {
    const { id } = findRun(exchange.world, exchange.params.run_id);
    return list(
      exchange,
      exchange.world.state.artifacts.filter(({ run }) => run === id),
    );
  },

  "actions/get-artifact"({ world, params }: Exchange) {
    return ok(shape(world, find(world, params.artifact_id)));
  },

  "actions/download-artifact"({ world, params }: Exchange) {
    const artifact = find(world, params.artifact_id);
    if (world.hasExpired(artifact)) throw new Refused(410, "Artifact has expired");
    if (params.archive_format !== "zip") throw notFound();
    return { status: 302, headers: { location: world.files.sign(world.blobUrl, artifactBlob(artifact), 60) } };
  },

  "actions/delete-artifact"({ world, params }: Exchange) {
    const artifact = find(world, params.artifact_id);
    removeArtifact(world, artifact);
    return done();
  },

  "actions/get-actions-cache-list"(exchange: Exchange) {
    const { key = "", ref } = exchange.query;
    const found = exchange.world.state.caches
      .filter((one) => one.key.startsWith(key) && (ref === undefined || one.ref === ref))
      .toReversed();
    return counted(exchange as Exchange<never>, "actions_caches", found, (one) => ({
      id: one.id,
      ref: one.ref,
      key: one.key,
      version: one.version,
      last_accessed_at: one.usedAt,
      created_at: one.createdAt,
      size_in_bytes: one.size,
    }));
  },

  "actions/delete-actions-cache-by-id"({ world, params }: Exchange) {
    const at = world.state.caches.findIndex(({ id }) => String(id) === params.cache_id);
    if (at < 0) throw notFound();
    world.state.caches.splice(at, 1);
    return done();
  },
};

export function removeArtifact(world: World, artifact: Artifact): void {
  world.state.artifacts.splice(world.state.artifacts.indexOf(artifact), 1);
  world.files.remove(artifact.file);
}

/** How the bytes of an artifact come down: a zip keeps its ending, a single file its name. */
export function artifactBlob(artifact: Artifact): { file: string; contentType: string; name: string } {
  const { file, contentType, name } = artifact;
  return { file, contentType, name: contentType === "application/zip" ? `${name}.zip` : name };
}

function list(exchange: Exchange, all: readonly Artifact[]) {
  const { name } = exchange.query;
  const found = all.filter((one) => name === undefined || one.name === name).toReversed();
  return counted(exchange as Exchange<never>, "artifacts", found, (one) => shape(exchange.world, one));
}

function find(world: World, id: string | undefined): Artifact {
  const found = world.state.artifacts.find((one) => String(one.id) === id);
  if (found === undefined) throw notFound();
  return found;
}
