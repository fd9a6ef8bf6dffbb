import { z } from "zod";
import type { Golden } from "../backend.ts";
import { describe, valueAt } from "../document.ts";
import { TrainyardError } from "../errors.ts";

/** A request and the answer the model gave when it was trained: golden.json among a version's files. */
const GoldenFile = z.strictObject({
  path: z.string().regex(/^\/[^\s#]*$/, 'a path on the server, like "/predict"'),
  request: z.unknown().refine((value) => value !== undefined, "the body to send"),
  response: z.unknown().refine((value) => value !== undefined, "the answer to expect"),
  tolerance: z.number().nonnegative().default(1e-6),
});

/** Reads a smoke request. @throws SMOKE_REQUEST_INVALID */
export function parseGolden(text: string, request: string): Golden {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const problem = `it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new TrainyardError("SMOKE_REQUEST_INVALID", { request, problem }, { cause });
  }
  const result = GoldenFile.safeParse(value);
  if (result.success) return result.data as Golden;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const problem =
    path.length === 0
      ? (issue?.message ?? "it is not an object")
      : `${path.map(String).join(".")} must be ${issue?.message ?? "valid"}, but is ${describe(valueAt(value, path))}`;
  throw new TrainyardError("SMOKE_REQUEST_INVALID", { request, problem }, { cause: result.error });
}
