import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseJson, TrainyardError } from "@trainyard/core";

/** Longest answer that is read into memory, in bytes. */
const LIMIT = 64 * 1024 * 1024;
const ANSWER_MS = 60_000;
const DOWNLOAD_MS = 3_600_000;
const PAGES = 10_000;

/** Names of the variables MLflow's own client takes credentials from. */
export type Credentials = Readonly<Record<string, string | undefined>>;

/** Asks an MLflow server. Credentials go to that server alone: a redirect is refused. */
export class MlflowApi {
  /** Without a password. */
  readonly address: string;
  /** It runs on this machine, so its files are those here. */
  readonly isLocal: boolean;
  readonly #headers: Record<string, string> = {};

  /** @throws IMPORT_SOURCE */
  constructor(url: string, environment: Credentials) {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch (cause) {
      throw new TrainyardError("IMPORT_SOURCE", { from: url, problem: "it is no address", todo: USAGE }, { cause });
    }
    const user = decodeURIComponent(parsed.username) || environment["MLFLOW_TRACKING_USERNAME"] || "";
    const password = decodeURIComponent(parsed.password) || environment["MLFLOW_TRACKING_PASSWORD"] || "";
    const token = environment["MLFLOW_TRACKING_TOKEN"] ?? "";
    parsed.username = "";
    parsed.password = "";
    parsed.search = "";
    parsed.hash = "";
    this.address = parsed.href.replace(/\/+$/, "");
    this.isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname);
    if (user !== "") this.#headers["authorization"] = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    else if (token !== "") this.#headers["authorization"] = `Bearer ${token}`;
  }

  /** JSON of an address below the server's. @throws IMPORT_SOURCE, SERVICE_UNREACHABLE */
  async ask(path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await this.#get(path, query, ANSWER_MS);
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const part of response.body ?? []) {
        size += (part as Uint8Array).length;
        if (size > LIMIT) throw this.#refuse(`its answer to ${path} is longer than ${LIMIT} bytes`);
        parts.push(part as Uint8Array);
      }
    } catch (error) {
      throw error instanceof TrainyardError ? error : this.#unreachable(error);
    }
    try {
      return parseJson(Buffer.concat(parts).toString("utf8"), path);
    } catch (error) {
      throw this.#refuse(`its answer to ${path} is no JSON, so it is no MLflow server`, error);
    }
  }

  /** All pages of a list. */
  async all(path: string, query: Readonly<Record<string, string>>, name: string): Promise<unknown[]> {
    const found: unknown[] = [];
    let token = "";
    for (let page = 0; page < PAGES; page++) {
      const answer = (await this.ask(path, token === "" ? query : { ...query, page_token: token })) as Record<
        string,
        unknown
      >;
      const list = answer?.[name];
      if (Array.isArray(list)) found.push(...list);
      const next = answer?.["next_page_token"];
      if (typeof next !== "string" || next === "" || next === token) return found;
      token = next;
    }
    throw this.#refuse(`its list ${path} has no end`);
  }

  /** Writes bytes to a file that does not exist. False where the server has none. @throws IMPORT_SOURCE, SERVICE_UNREACHABLE */
  async download(path: string, query: Readonly<Record<string, string>>, file: string): Promise<void> {
    const response = await this.#get(path, query, DOWNLOAD_MS);
    try {
      if (response.body === null) throw this.#refuse(`its answer to ${path} is empty`);
      await pipeline(
        Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
        createWriteStream(file),
      );
    } catch (error) {
      throw error instanceof TrainyardError ? error : this.#unreachable(error);
    }
  }

  async #get(path: string, query: Readonly<Record<string, string>>, timeout: number): Promise<Response> {
    const url = new URL(`${this.address}/${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    let response: Response;
    try {
      response = await fetch(url, { headers: this.#headers, redirect: "manual", signal: AbortSignal.timeout(timeout) });
    } catch (error) {
      throw this.#unreachable(error);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    const { status } = response;
    if (status === 401 || status === 403)
      throw this.#refuse(
        `it wants other credentials (HTTP ${status})`,
        undefined,
        "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
      );
    if (status === 429 || status >= 500) throw this.#unreachable(new Error(`it answered HTTP ${status} to ${path}`));
    if (status >= 300 && status < 400)
      throw this.#refuse(`it redirects elsewhere (HTTP ${status}), where no credentials are sent`);
    throw this.#refuse(`it answered HTTP ${status} to ${path}`);
  }

  #refuse(problem: string, cause?: unknown, todo = USAGE): TrainyardError {
    return new TrainyardError("IMPORT_SOURCE", { from: this.address, problem, todo }, { cause });
  }

  #unreachable(error: unknown): TrainyardError {
    const { cause, message } = error as { cause?: { code?: string }; message?: string };
    const problem = cause?.code ?? message ?? String(error);
    return new TrainyardError("SERVICE_UNREACHABLE", { service: this.address, problem }, { cause: error });
  }
}

const USAGE = "Name the address of an MLflow tracking server, like http://127.0.0.1:5000.";
