import { rm } from "node:fs/promises";
import { posix } from "node:path";
import {
  type FileRef,
  isRefusal,
  isRelativePath,
  type MlflowModel,
  type MlflowVersion,
  type UpstreamBytes,
} from "@trainyard/core";
import { makeScratch } from "../local/scratch.ts";
import { fieldOf } from "./commit-files.ts";
import type { KeepFile } from "./keep-file.ts";
import type { MlflowApi } from "./mlflow-api.ts";
import { finite } from "./mlflow-database.ts";
import { type MlflowSource, MOST_FILES } from "./mlflow-source.ts";

const API = "api/2.0/mlflow";
/** Entries a page. */
const PAGE = "100";

const textAt = (value: unknown, ...names: string[]) => {
  const found = fieldOf(value, ...names);
  return typeof found === "string" ? found : null;
};
const listAt = (value: unknown, ...names: string[]): unknown[] => {
  const found = fieldOf(value, ...names);
  return Array.isArray(found) ? found : [];
};
const tagsAt = (value: unknown, ...names: string[]): Record<string, string> =>
  Object.fromEntries(listAt(value, ...names).map((tag) => [textAt(tag, "key") ?? "", textAt(tag, "value") ?? ""]));

/** All registered models of a server, with their versions and those versions' runs. @throws IMPORT_SOURCE, SERVICE_UNREACHABLE */
export async function readMlflowServer(api: MlflowApi, working: (what: string) => void): Promise<MlflowSource> {
  const places = new Map<string, string>();
  const models: MlflowModel[] = [];
  const left: { name: string; why: string }[] = [];
  const registered = await api.all(`${API}/registered-models/search`, { max_results: PAGE }, "registered_models");
  const created = (value: unknown) => Number(fieldOf(value, "creation_timestamp") ?? 0);
  for (const model of registered.sort((a, b) => created(a) - created(b))) {
    const name = textAt(model, "name") ?? "";
    working(`asking for ${name}`);
    const versions: MlflowVersion[] = [];
    const found = await versionsOf(api, name);
    if (found === null) {
      left.push({
        name,
        why: "its name has both kinds of quotes: a server cannot be asked for versions of such a model",
      });
      continue;
    }
    for (const version of found) versions.push(await versionOf(api, version, places));
    models.push({
      name,
      description: textAt(model, "description"),
      tags: tagsAt(model, "tags"),
      aliases: listAt(model, "aliases").map((one) => ({
        alias: textAt(one, "alias") ?? "",
        version: String(fieldOf(one, "version") ?? ""),
      })),
      versions: versions.sort((a, b) => Number(a.version) - Number(b.version)),
    });
  }
  return { models, left, places, local: api.isLocal ? process.cwd() : null };
}

/** Null where they cannot be asked for: MLflow's filters have no way to write a name with both kinds of quotes. */
async function versionsOf(api: MlflowApi, name: string): Promise<unknown[] | null> {
  const quote = name.includes("'") ? '"' : "'";
  if (name.includes(quote)) return null;
  const filter = `name=${quote}${name}${quote}`;
  return api.all(`${API}/model-versions/search`, { filter, max_results: PAGE }, "model_versions");
}

async function versionOf(api: MlflowApi, version: unknown, places: Map<string, string>): Promise<MlflowVersion> {
  const run = textAt(version, "run_id") || null;
  const source = textAt(version, "source");
  const logged = /^models:\/(m-[0-9a-z]+)/.exec(source ?? "")?.[1];
  if (logged !== undefined) {
    const found = await orNull(() => api.ask(`${API}/logged-models/${logged}`));
    const place = textAt(found, "model", "info", "artifact_uri");
    if (place !== null) places.set(`models:/${logged}`, place);
  }
  const found = run === null ? null : await orNull(() => api.ask(`${API}/runs/get`, { run_id: run }));
  const place = textAt(found, "run", "info", "artifact_uri");
  if (run !== null && place !== null) places.set(`runs:/${run}`, place);
  const createdAt = Number(fieldOf(version, "creation_timestamp") ?? Number.NaN);
  return {
    version: String(fieldOf(version, "version") ?? ""),
    createdAt: Number.isFinite(createdAt) ? createdAt : null,
    user: textAt(version, "user_id") || null,
    description: textAt(version, "description"),
    stage: textAt(version, "current_stage"),
    source,
    run,
    tags: tagsAt(version, "tags"),
    params: listAt(found, "run", "data", "params").map((one) => ({
      name: textAt(one, "key") ?? "",
      value: textAt(one, "value") ?? "",
    })),
    metrics: listAt(found, "run", "data", "metrics").map((one) => {
      const value = fieldOf(one, "value");
      return { name: textAt(one, "key") ?? "", value: typeof value === "number" ? finite(value) : null }; // "NaN" is text
    }),
    runTags: tagsAt(found, "run", "data", "tags"),
  };
}

/** A run that was deleted for good has no facts; a server that is away is another matter. */
async function orNull(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error) && error.code === "IMPORT_SOURCE" && /HTTP 40[04] /.test(error.message)) return null;
    throw error;
  }
}

/**
 * The files of a version as the server hands them out: through its artifact proxy, or where it has none, by the run they belong to.
 * @param place What the version's source means.
 * @param source The source itself.
 */
export async function servedFiles(
  api: MlflowApi,
  { place, source }: { place: string | null; source: string | null },
  keep: KeepFile,
): Promise<UpstreamBytes> {
  const proxied = /^mlflow-artifacts:\/{1,3}(?:[^/]*:\d+\/)?(.*)$/.exec(place ?? "")?.[1];
  const [, run, path = ""] = /^runs:\/([^/]+)\/?(.*)$/.exec(source ?? "") ?? [];
  const artifacts = "api/2.0/mlflow-artifacts/artifacts";
  if (proxied !== undefined)
    return fetchAll(keep, {
      // Paths in its answer start at the folder that was asked for.
      list: async (below) =>
        listAt(await api.ask(artifacts, { path: posix.join(proxied, below) }), "files").map((file) =>
          entryOf(file, (name) => posix.join(below, name)),
        ),
      get: (name, file) => api.download(`${artifacts}/${encodePath(posix.join(proxied, name))}`, {}, file),
    });
  if (run !== undefined)
    return fetchAll(keep, {
      // Paths in its answer start at the run's own folder.
      list: async (below) =>
        (await api.all(`${API}/artifacts/list`, { run_id: run, path: posix.join(path, below) }, "files")).map((file) =>
          entryOf(file, (name) => (name === path || name.startsWith(`${path}/`) ? posix.relative(path, name) : "..")),
        ),
      get: (name, file) => api.download("get-artifact", { run_uuid: run, path: posix.join(path, name) }, file),
    });
  return { missing: `the server does not hand out ${String(place ?? source).slice(0, 300)}` };
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

function entryOf(file: unknown, nameOf: (path: string) => string): Entry {
  return { name: nameOf(textAt(file, "path") ?? ".."), isFolder: fieldOf(file, "is_dir") === true };
}

const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

async function fetchAll(
  keep: KeepFile,
  { list, get }: { list: (below: string) => Promise<Entry[]>; get: (name: string, file: string) => Promise<void> },
): Promise<UpstreamBytes> {
  const scratch = await makeScratch();
  try {
    const names: string[] = [];
    const waiting = [""];
    const seen = new Set<string>();
    for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
      if (seen.has(below) || seen.size > MOST_FILES) return { missing: "its list of files goes in circles" };
      seen.add(below);
      for (const { name, isFolder } of await list(below)) {
        if (!isRelativePath(name)) return { missing: `the server names a file ${JSON.stringify(name.slice(0, 100))}` };
        if (isFolder) waiting.push(name);
        else names.push(name);
        if (names.length > MOST_FILES) return { missing: `it has more than ${MOST_FILES} files` };
      }
    }
    const files: FileRef[] = [];
    for (const name of names.sort()) {
      const file = scratch.path("file");
      await get(name, file);
      files.push({ ...(await keep(file)), path: name });
      await rm(file, { force: true });
    }
    return { files };
  } finally {
    await scratch.remove();
  }
}
