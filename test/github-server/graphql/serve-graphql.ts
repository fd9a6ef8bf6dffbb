import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from "graphql";
import { send } from "../exchange.ts";
import type { Token } from "../tokens.ts";
import type { World } from "../world.ts";
import { createCommitOnBranch } from "./create-commit.ts";
import { repositoryOf } from "./repository.ts";

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly document: DocumentNode | null;
  /** The fields that are asked for at the top, like `repository`. */
  readonly fields: string;
}

let schema: GraphQLSchema | null = null;

/** GitHub's whole schema; read once in a process, and only when somebody asks. */
function githubSchema(): GraphQLSchema {
  const file = fileURLToPath(new URL("schema.graphql", import.meta.resolve("@octokit/graphql-schema")));
  schema ??= buildSchema(readFileSync(file, "utf8"), { assumeValid: true, noLocation: true } as object);
  return schema;
}

export function readGraphql(text: string): GraphqlRequest | null {
  try {
    const { query, variables } = JSON.parse(text) as { query?: unknown; variables?: Record<string, unknown> };
    if (typeof query !== "string") return null;
    const document = parsed(query);
    const fields = (document?.definitions ?? []).flatMap((definition) =>
      definition.kind === "OperationDefinition" ? definition.selectionSet.selections : [],
    );
    return {
      query,
      variables: variables ?? {},
      document,
      fields: fields.map((field) => (field.kind === "Field" ? field.name.value : "")).join(","),
    };
  } catch {
    return null;
  }
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

export async function serveGraphql(
  world: World,
  request: GraphqlRequest,
  token: Token,
  response: ServerResponse,
  fault: string | null,
): Promise<void> {
  const { document, variables } = request;
  const problems =
    document === null ? [new GraphQLError("a document that cannot be read")] : validate(githubSchema(), document);
  if (document === null || problems.length > 0) {
    world.violations.push(...problems.map(({ message }) => `graphql: ${message}`));
    return send(response, { status: 200, body: { errors: problems.map(({ message }) => ({ message })) } });
  }
  const known = Object.keys(variables).filter((name) => !declared(document).includes(name));
  // GitHub takes variables that the document does not declare; so do we.
  for (const name of known) delete variables[name];
  const result = await execute({
    schema: githubSchema(),
    document,
    variableValues: variables,
    rootValue: {
      repository: (args: { owner: string; name: string }) => repositoryOf(world, token, args),
      createCommitOnBranch: ({ input }: { input: never }) => createCommitOnBranch(world, token, input, fault),
      viewer: () => ({ __typename: "User", login: token.login, id: "U_viewer" }),
      rateLimit: () => ({ limit: 1000, cost: 1, remaining: 999, used: 1, nodeCount: 1, resetAt: world.now() }),
    },
    fieldResolver: strictly(world),
    typeResolver: (value) => (value as { __typename?: string }).__typename,
  });
  const errors = "errors" in result ? result.errors : undefined;
  send(response, {
    status: 200,
    body: { data: result.data, ...(errors === undefined ? {} : { errors: errors.map(asGithub) }) },
  });
}

const declared = (document: DocumentNode): string[] =>
  document.definitions.flatMap((definition) =>
    definition.kind === "OperationDefinition"
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );

/** A field that nobody has written is a mistake, not null. */
function strictly(world: World): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const value = (source as Record<string, unknown>)[info.fieldName];
    if (value === undefined) {
      world.violations.push(`graphql: this server does not know ${info.parentType.name}.${info.fieldName}`);
      throw new GraphQLError(`${info.parentType.name}.${info.fieldName} is not served here`);
    }
    return typeof value === "function" ? value.call(source, args, context, info) : value;
  };
}

/** GitHub puts the type of an error beside its message. */
function asGithub(error: GraphQLError) {
  const { type } = error.extensions as { type?: string };
  return {
    ...(type === undefined ? {} : { type }),
    message: error.message,
    ...(error.path === undefined ? {} : { path: error.path }),
    locations: error.locations ?? [{ line: 1, column: 1 }],
  };
}
