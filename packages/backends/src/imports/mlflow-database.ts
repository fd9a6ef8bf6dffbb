import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type MlflowModel, type MlflowVersion, TrainyardError } from "@trainyard/core";
import type { MlflowSource } from "./mlflow-source.ts";

type Row = Record<string, SQLOutputValue>;

/** Largest number there is: MLflow keeps infinities as it, https://github.com/mlflow/mlflow/blob/v3.17.2/mlflow/store/tracking/sqlalchemy_store.py */
const LARGEST = 1.7976931348623157e308;

/**
 * Reads MLflow's SQLite database, never writing to it and in one transaction, so that a server may go on with it meanwhile. Columns that an older
 * MLflow does not have are taken for empty.
 * @throws IMPORT_SOURCE
 */
export async function readMlflowDatabase(path: string): Promise<MlflowSource> {
  const refuse = (
    problem: string,
    todo = "Name the database file of an MLflow server, usually mlflow.db.",
    cause?: unknown,
  ) => new TrainyardError("IMPORT_SOURCE", { from: path, problem, todo }, { cause });
  const stat = await lstat(path).catch(() => null);
  if (stat === null) throw refuse("there is no such file");
  if (!stat.isFile()) throw refuse(stat.isSymbolicLink() ? "it is a symlink" : "it is not a file");
  const { DatabaseSync } = await import("node:sqlite");
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    database.exec("BEGIN");
    const tables = new Tables(database);
    if (!tables.has("registered_models", "name") || !tables.has("model_versions", "version"))
      throw refuse("it is a SQLite database without MLflow's tables");
    return readAll(tables, dirname(path));
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    const { errcode, message } = error as { errcode?: number; message: string };
    const primary = (errcode ?? 0) & 0xff; // https://sqlite.org/rescode.html
    if (primary === 5 || primary === 6)
      throw refuse("another process holds it locked", "Wait for it, or stop the server, and run again.", error);
    throw refuse(`it cannot be read as a SQLite database (${message})`, undefined, error);
  } finally {
    database?.close();
  }
}

/** Tables as they are: of each only the columns it has. */
class Tables {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  has(table: string, column: string): boolean {
    return this.#columns(table).includes(column);
  }

  /** @param order Part of the query: never from outside. */
  rows(table: string, order: string): Row[] {
    if (this.#columns(table).length === 0) return [];
    return this.#database.prepare(`SELECT * FROM "${table}" ORDER BY ${order}`).all();
  }

  /** Rows of one run or model. */
  where(table: string, column: string, value: string): Row[] {
    if (!this.has(table, column)) return [];
    return this.#database.prepare(`SELECT * FROM "${table}" WHERE "${column}" = ?`).all(value);
  }

  #columns(table: string): string[] {
    return this.#database
      .prepare(`SELECT name FROM pragma_table_info(?)`)
      .all(table)
      .map((row) => String(row["name"]));
  }
}

const textOf = (value: SQLOutputValue | undefined) => (typeof value === "string" ? value : null);
const numberOf = (value: SQLOutputValue | undefined) => (typeof value === "number" ? value : null);

function readAll(tables: Tables, folder: string): MlflowSource {
  const versions = groupBy(tables.rows("model_versions", "version"));
  const versionTags = groupBy(tables.rows("model_version_tags", '"key"'));
  const aliases = groupBy(tables.rows("registered_model_aliases", "alias"));
  const modelTags = groupBy(tables.rows("registered_model_tags", '"key"'));
  const places = new Map<string, string>();
  const models = tables.rows("registered_models", "creation_time, name").map((row): MlflowModel => {
    const key = ownerOf(row);
    return {
      name: nameOf(row),
      description: textOf(row["description"]),
      tags: tagsOf(modelTags.get(key) ?? []),
      aliases: (aliases.get(key) ?? []).map((one) => ({
        alias: textOf(one["alias"]) ?? "",
        version: String(one["version"]),
      })),
      versions: (versions.get(key) ?? []).map((one): MlflowVersion => {
        const version = String(one["version"]);
        const run = textOf(one["run_id"]);
        const own = (versionTags.get(key) ?? []).filter((tag) => String(tag["version"]) === version);
        if (run !== null) notePlace(places, `runs:/${run}`, tables.where("runs", "run_uuid", run)[0]?.["artifact_uri"]);
        const source = textOf(one["storage_location"]) ?? textOf(one["source"]);
        const logged = /^models:\/(m-[0-9a-z]+)/.exec(source ?? "")?.[1];
        if (logged !== undefined) {
          const [found] = tables.where("logged_models", "model_id", logged);
          notePlace(places, `models:/${logged}`, found?.["artifact_location"]);
        }
        return {
          version,
          createdAt: numberOf(one["creation_time"]),
          user: textOf(one["user_id"]),
          description: textOf(one["description"]),
          stage: textOf(one["current_stage"]),
          source,
          run,
          tags: tagsOf(own),
          ...ofRun(tables, run),
        };
      }),
    };
  });
  return { models, left: [], places, local: folder };
}

function notePlace(places: Map<string, string>, name: string, uri: SQLOutputValue | undefined): void {
  const text = textOf(uri);
  if (text !== null) places.set(name, text);
}

function ofRun(tables: Tables, run: string | null): Pick<MlflowVersion, "params" | "metrics" | "runTags"> {
  if (run === null) return { params: [], metrics: [], runTags: {} };
  const params = tables.where("params", "run_uuid", run);
  return {
    params: params.map((row) => ({ name: textOf(row["key"]) ?? "", value: textOf(row["value"]) ?? "" })),
    metrics: tables.where("latest_metrics", "run_uuid", run).map((row) => ({
      name: textOf(row["key"]) ?? "",
      value: finite(row["is_nan"] === 1 ? null : numberOf(row["value"])),
    })),
    runTags: tagsOf(tables.where("tags", "run_uuid", run)),
  };
}

export function finite(value: number | null): number | null {
  return value === null || !Number.isFinite(value) || Math.abs(value) >= LARGEST ? null : value;
}

/** Since 3.10 a name is one of a workspace; that of the usual one is not said. */
function nameOf(row: Row): string {
  const workspace = textOf(row["workspace"]) ?? "default";
  const name = textOf(row["name"]) ?? "";
  return workspace === "default" ? name : `${workspace}/${name}`;
}

const ownerOf = (row: Row) => `${textOf(row["workspace"]) ?? "default"}\0${textOf(row["name"]) ?? ""}`;

function groupBy(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ownerOf);
}

function tagsOf(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.map((row) => [textOf(row["key"]) ?? "", textOf(row["value"]) ?? ""]));
}
