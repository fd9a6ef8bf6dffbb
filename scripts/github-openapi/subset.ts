type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Node = { [key: string]: Json };

/** One operation, with what a request may hold and what each answer holds. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Json; multi?: true }[];
  readonly body: { required: boolean; schema: Json } | null;
  /** By status; null: an answer without a JSON body. */
  readonly responses: Readonly<Record<string, Json>>;
}

export interface Subset {
  readonly source: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, Json>>;
  readonly templates: Readonly<Record<string, Json>>;
}

const SILENT = new Set(["description", "example", "examples", "title", "externalDocs", "deprecated", "summary"]);

/** The operations asked for with all the schemas they lead to, as JSON Schema: `nullable` becomes a type, words for people go. */
export function subsetOf(
  document: Node,
  source: string,
  ids: readonly string[],
  templates: Readonly<Record<string, string>>,
): Subset {
  const at = (reference: string) =>
    reference
      .slice(2)
      .split("/")
      .reduce<Json>((node, key) => (node as Node)[key] ?? null, document) as Node;
  const resolved = (node: Json): Node =>
    typeof (node as Node).$ref === "string" ? at((node as Node).$ref as string) : (node as Node);
  const operations: Record<string, Operation> = {};
  const examples: Record<string, Json> = {};

  for (const [path, methods] of Object.entries(document.paths as Node)) {
    for (const [method, raw] of Object.entries(methods as Node)) {
      const operation = raw as Node;
      const id = operation.operationId as string | undefined;
      if (id === undefined || !ids.includes(id)) continue;
      const responses: Record<string, Json> = {};
      for (const [status, answer] of Object.entries(operation.responses as Node)) {
        const content = (resolved(answer).content as Node | undefined)?.["application/json"] as Node | undefined;
        responses[status] = content === undefined ? null : cleaned(content.schema as Json);
        if (status.startsWith("2") && content?.examples !== undefined)
          examples[id] ??= exampleIn(content.examples as Node, resolved);
      }
      operations[id] = {
        method: method.toUpperCase(),
        path,
        parameters: ((operation.parameters ?? []) as Json[]).map((one) => {
          const parameter = resolved(one);
          return {
            name: parameter.name as string,
            in: parameter.in as string,
            required: parameter.required === true,
            schema: cleaned(parameter.schema as Json),
            ...(parameter["x-multi-segment"] === true ? { multi: true as const } : {}),
          };
        }),
        body: bodyOf(operation, resolved),
        responses,
      };
    }
  }
  const missing = ids.filter((id) => operations[id] === undefined);
  if (missing.length > 0) throw new Error(`GitHub's description has no ${missing.join(", ")}`);
  return {
    source,
    operations,
    schemas: closure(operations, (name) => cleaned(at(`#/components/schemas/${name}`))),
    templates: Object.fromEntries(Object.entries(templates).map(([name, id]) => [name, outline(examples[id] ?? null)])),
  };
}

function bodyOf(operation: Node, resolved: (node: Json) => Node): Operation["body"] {
  if (operation.requestBody === undefined) return null;
  const body = resolved(operation.requestBody as Json);
  const content = (body.content as Node)["application/json"] as Node | undefined;
  return content === undefined ? null : { required: body.required === true, schema: cleaned(content.schema as Json) };
}

function exampleIn(examples: Node, resolved: (node: Json) => Node): Json {
  const first = Object.values(examples)[0];
  return first === undefined ? null : (resolved(first).value ?? null);
}

/** An example without the whole repositories inside it; the server puts its own there. */
function outline(node: Json, depth = 0): Json {
  if (Array.isArray(node)) return node.map((item) => outline(item, depth + 1));
  if (node === null || typeof node !== "object") return node;
  if (depth > 0 && typeof node.forks_url === "string") return null;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, outline(value, depth + 1)]));
}

/** Every schema a reference leads to from the operations. */
function closure(operations: Json | object, schema: (name: string) => Json): Record<string, Json> {
  const found: Record<string, Json> = {};
  const visit = (text: string) => {
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || found[name] !== undefined) continue;
      found[name] = schema(name);
      visit(JSON.stringify(found[name]));
    }
  };
  visit(JSON.stringify(operations));
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** OpenAPI 3.0 as JSON Schema draft 7. A property may be called like a keyword (`description`), so properties are walked apart. */
function cleaned(node: Json): Json {
  if (Array.isArray(node)) return node.map(cleaned);
  if (node === null || typeof node !== "object") return node;
  const kept: Node = {};
  for (const [key, value] of Object.entries(node)) {
    if (SILENT.has(key) || key.startsWith("x-") || key === "nullable") continue;
    if (key === "properties")
      kept[key] = Object.fromEntries(Object.entries(value as Node).map(([name, schema]) => [name, cleaned(schema)]));
    else kept[key] = key === "enum" || key === "default" || key === "required" ? value : cleaned(value);
  }
  if (node.nullable !== true) return kept;
  if (typeof kept.type === "string" && kept.enum === undefined && kept.$ref === undefined)
    return { ...kept, type: [kept.type, "null"] };
  return { anyOf: [kept, { type: "null" }] };
}
