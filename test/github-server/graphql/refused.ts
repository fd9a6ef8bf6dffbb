import { GraphQLError } from "graphql";
import { allows, type Permissions, type Token } from "../tokens.ts";

export const graphqlRefused = (type: string, message: string) => new GraphQLError(message, { extensions: { type } });

export function demand(token: Token, needed: Permissions): void {
  if (!allows(token.permissions, [needed])) throw graphqlRefused("FORBIDDEN", "Resource not accessible by integration");
}
