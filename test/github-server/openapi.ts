import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import type { Operation, Subset } from "../../scripts/github-openapi/subset.ts";

export interface Route {
  readonly id: string;
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

const FILE = join(import.meta.dirname, "fixtures/openapi.json");
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The part of GitHub's own description of its API that this server is held to; compiled once for all servers of a process. */
export class Description {
  readonly subset: Subset;
  readonly #ajv = new Ajv({
    strict: false,
    allErrors: true,
    coerceTypes: false,
    validateSchema: false,
    formats: {
      "date-time": STAMP,
      uri: (text: string) => text === "" || URL.canParse(text.replaceAll(/\{[^}]*\}/g, "")),
    },
    logger: false, // formats we do not check
  });
  readonly #coercing: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #routes: readonly { id: string; operation: Operation; pattern: RegExp; names: readonly string[] }[];

  constructor() {
    this.subset = JSON.parse(readFileSync(FILE, "utf8")) as Subset;
    amend(this.subset);
    this.#ajv.addSchema({ $id: "github", components: { schemas: this.subset.schemas } });
    this.#coercing = new Ajv({ strict: false, coerceTypes: "array", validateSchema: false, logger: false });
    this.#coercing.addSchema({ $id: "github", components: { schemas: this.subset.schemas } });
    this.#routes = Object.entries(this.subset.operations)
      .map(([id, operation]) => ({ id, operation, ...patternOf(operation) }))
      .sort((a, b) => wildness(a.operation.path) - wildness(b.operation.path));
  }

  find(method: string, path: string): Route | null {
    for (const { id, operation, pattern, names } of this.#routes) {
      if (operation.method !== method) continue;
      const match = pattern.exec(path);
      if (match === null) continue;
      const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] as string)]));
      return { id, operation, params };
    }
    return null;
  }

  /** What is wrong with the query or the body of a request; [] when nothing is. */
  requestProblems(id: string, operation: Operation, query: Readonly<Record<string, unknown>>, body: unknown): string[] {
    const known = operation.parameters.filter((parameter) => parameter.in === "query");
    const schema = {
      type: "object",
      properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
      required: known.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false, // GitHub ignores what it does not know: for us it is a misspelt name
    };
    const problems = this.#problems(`${id} query`, schema, { ...query }, this.#coercing);
    if (operation.body === null || (body === undefined && !operation.body.required)) return problems;
    return [...problems, ...this.#problems(`${id} body`, operation.body.schema, body, this.#ajv)];
  }

  /** What GitHub's description says is wrong with an answer of ours. */
  answerProblems(id: string, operation: Operation, status: number, body: unknown): string[] {
    const schema = operation.responses[String(status)];
    if (schema === undefined)
      return status >= 400 ? [] : [`${id} answers ${status}, which its description does not know`];
    if (schema === null) return body === undefined || status >= 400 ? [] : [`${id} ${status} has a body`];
    return this.#problems(`${id} ${status}`, schema, body, this.#ajv);
  }

  #problems(name: string, schema: unknown, value: unknown, ajv: Ajv): string[] {
    let validate = this.#compiled.get(name);
    if (validate === undefined) {
      const text = JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/');
      validate = ajv.compile(JSON.parse(text));
      this.#compiled.set(name, validate);
    }
    if (validate(value) === true) return [];
    return (validate.errors ?? []).slice(0, 5).map((error) => `${name}${error.instancePath}: ${error.message}`);
  }
}

/** What GitHub's prose says and its schema has forgotten: an upload that failed leaves an asset in the state `starter`. */
function amend({ schemas }: Subset): void {
  const asset = schemas["release-asset"] as unknown as { properties: { state: { enum: string[] } } };
  asset.properties.state.enum.push("starter");
}

/** `{ref}` takes one segment of a path, or the rest of it where GitHub says that it may hold slashes. */
function patternOf({ path, parameters }: Operation): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = path.replaceAll(/[.]/g, "\\.").replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    const multi = parameters.find((parameter) => parameter.name === name)?.multi || path.includes("...");
    return multi ? (name === "owner" || name === "repo" ? "([^/]+)" : "(.+?)") : "([^/]+)";
  });
  return { pattern: new RegExp(`^${source}$`), names };
}

/** Fixed segments before parameters: `/releases/latest` is no release id. */
function wildness(path: string): number {
  return (path.match(/\{/g) ?? []).length * 100 - path.split("/").length;
}

let description: Description | null = null;

export function githubDescription(): Description {
  description ??= new Description();
  return description;
}
