import type { Answer, Exchange } from "./exchange.ts";

/** One page of a list, with the `Link` header that leads to the others. */
export function page<T>(
  { query, request, world }: Exchange<never>,
  items: readonly T[],
  shape: (item: T) => unknown,
): Paged {
  const size = Math.min(100, Math.max(1, Number(query.per_page ?? 30)));
  const at = Math.max(1, Number(query.page ?? 1));
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (number: number) => {
    const url = new URL(request.url ?? "/", world.url);
    url.searchParams.set("page", String(number));
    return url.href;
  };
  const links = [
    ...(at > 1 ? [`<${to(at - 1)}>; rel="prev"`] : []),
    ...(at < last ? [`<${to(at + 1)}>; rel="next"`, `<${to(last)}>; rel="last"`] : []),
    ...(at > 1 ? [`<${to(1)}>; rel="first"`] : []),
  ];
  return {
    total: items.length,
    items: items.slice((at - 1) * size, at * size).map(shape),
    headers: links.length === 0 ? {} : { link: links.join(", ") },
  };
}

interface Paged {
  readonly total: number;
  readonly items: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A list that is the answer itself. */
export function listed<T>(exchange: Exchange<never>, items: readonly T[], shape: (item: T) => unknown): Answer {
  const { items: body, headers } = page(exchange, items, shape);
  return { status: 200, body, headers };
}

/** A list under a name, with the count of all. */
export function counted<T>(
  exchange: Exchange<never>,
  name: string,
  items: readonly T[],
  shape: (item: T) => unknown,
): Answer {
  const { total, items: body, headers } = page(exchange, items, shape);
  return { status: 200, body: { total_count: total, [name]: body }, headers };
}
