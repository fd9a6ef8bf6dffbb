import { graphqlRefused } from "./refused.ts";

export interface Window {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
}

/** A page of a list as GraphQL has it: at most a hundred, and it must be said how many. */
export function connection<T>(items: readonly T[], { first, last, after }: Window, shape: (item: T) => unknown) {
  if ((first ?? last) === null || (first ?? last) === undefined)
    throw graphqlRefused(
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate the connection.",
    );
  const size = first ?? last ?? 0;
  if (size < 0 || size > 100)
    throw graphqlRefused(
      "EXCESSIVE_PAGINATION",
      `Requesting ${size} records on the connection exceeds the \`first\` limit of 100 records.`,
    );
  const from = after ? Number(Buffer.from(after, "base64").toString("utf8").replace("cursor:", "")) : 0;
  const start = first === null || first === undefined ? Math.max(0, items.length - size) : from;
  const shown = items.slice(start, start + size);
  const cursor = (at: number) => Buffer.from(`cursor:${at}`).toString("base64");
  return {
    totalCount: items.length,
    nodes: () => shown.map(shape),
    edges: () => shown.map((item, at) => ({ cursor: cursor(start + at + 1), node: () => shape(item) })),
    pageInfo: {
      hasNextPage: start + shown.length < items.length,
      hasPreviousPage: start > 0,
      startCursor: shown.length === 0 ? null : cursor(start + 1),
      endCursor: shown.length === 0 ? null : cursor(start + shown.length),
    },
  };
}
