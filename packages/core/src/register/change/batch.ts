import { z } from "zod";
import { problemsOf } from "../../config/problem.ts";
import { AliasName, describe, ModelName } from "../../document.ts";
import { isRefusal, TrainyardError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import type { EventBody, RegistryEvent } from "../../registry/log/event.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { aliasDecision } from "./alias.ts";
import { DraftState } from "./draft-state.ts";
import { noteEvents } from "./note.ts";
import { withdrawEvents } from "./withdraw.ts";

/** Operations in one commit; more are better two commits. */
const LIMIT = 1000;

const version = z.int().positive();
const text = z.string().regex(/\S/, "text that is not blank");

/** One line of a batch. What a run, a gate or a target decides (registering, judging, deploying) is not written by hand. */
const OPERATIONS = {
  alias: z.strictObject({
    op: z.literal("alias"),
    model: ModelName,
    alias: AliasName,
    version: version.nullable().describe("null takes the alias away"),
    expected: version.nullable().optional().describe("only if the alias is there now; null: only if nobody holds it"),
    reason: text.optional(),
  }),
  withdraw: z.strictObject({ op: z.literal("withdraw"), model: ModelName, version, reason: text }),
  note: z.strictObject({ op: z.literal("note"), model: ModelName, version: version.optional(), text }),
};
const EXAMPLES: Readonly<Record<keyof typeof OPERATIONS, string>> = {
  alias:
    '{"op":"alias","model":"churn","alias":"champion","version":12,"reason":"…"}; version null takes the alias away',
  withdraw: '{"op":"withdraw","model":"churn","version":7,"reason":"…"}',
  note: '{"op":"note","model":"churn","version":7,"text":"…"}',
};
type Operation = z.infer<(typeof OPERATIONS)[keyof typeof OPERATIONS]>;

interface Line {
  readonly number: number;
  readonly operation: Operation;
}

export interface BatchSettings {
  /** The lines, one operation each; empty ones are passed over. */
  readonly text: string;
  /** The environments of a model: their aliases are moved by deploying alone. @throws MODEL_UNKNOWN */
  readonly environmentsOf: (model: string) => Promise<readonly string[]>;
}

export interface Batch {
  readonly operations: number;
  /** What was written; an alias that is where it should be adds nothing. */
  readonly events: readonly RegistryEvent[];
}

/**
 * Does several things in one commit, over one model or many, or none of them. Each line is decided on what the lines before it leave.
 * @throws BATCH_LINE with the line's number, and what the registry throws
 */
export async function batch(
  { text, environmentsOf }: BatchSettings,
  { registry }: { registry: Registry },
): Promise<Batch> {
  const lines = readLines(text);
  const environments = new Map<string, readonly string[]>();
  for (const { number, operation } of lines) {
    const { model } = operation;
    if (environments.has(model)) continue;
    environments.set(model, await environmentsOf(model).catch((error: unknown) => refuseLine(number, error)));
  }
  /** The line each event came from: what the engine refuses, it refuses by event. */
  let origins: number[] = [];
  try {
    const { events } = await registry.transactAll([...environments.keys()], (states) => {
      const drafts = new Map([...states].map(([model, state]) => [model, new DraftState(state)]));
      const bodies: EventBody[] = [];
      origins = [];
      for (const { number, operation } of lines) {
        const draft = drafts.get(operation.model) as DraftState;
        const own = atLine(number, () => decide(operation, draft.state(), environments.get(operation.model) ?? []));
        for (const body of own) {
          draft.take(body);
          bodies.push(body);
          origins.push(number);
        }
      }
      return { events: bodies, result: null };
    });
    return { operations: lines.length, events };
  } catch (error) {
    const index = isRefusal(error) ? (error.details as { index?: number }).index : undefined;
    if (index === undefined) throw error;
    return refuseLine(origins[index] ?? 0, error);
  }
}

function decide(operation: Operation, state: ModelState, environments: readonly string[]): EventBody[] {
  if (operation.op === "alias") {
    const { reason = null, ...rest } = operation;
    return [...aliasDecision(state, { ...rest, reason, environments }).events];
  }
  if (operation.op === "withdraw") return withdrawEvents(state, { ...operation, environments });
  return noteEvents(state, { ...operation, version: operation.version ?? null });
}

/** @throws BATCH_LINE, BATCH_EMPTY, BATCH_TOO_LONG */
function readLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    lines.push({ number: index + 1, operation: readLine(line, index + 1) });
  }
  if (lines.length === 0) throw new TrainyardError("BATCH_EMPTY", {});
  if (lines.length > LIMIT) throw new TrainyardError("BATCH_TOO_LONG", { operations: lines.length, limit: LIMIT });
  return lines;
}

/** @throws BATCH_LINE */
function readLine(line: string, number: number): Operation {
  const refuse = (problem: string, op: keyof typeof OPERATIONS = "alias") =>
    new TrainyardError("BATCH_LINE", {
      line: number,
      code: null,
      problem,
      hint: `Write for example ${EXAMPLES[op]}.`,
    });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw refuse(`it is not JSON: ${(error as Error).message}.`);
  }
  const op = (value as { op?: unknown } | null)?.op;
  const known = Object.keys(OPERATIONS);
  if (typeof op !== "string" || !Object.hasOwn(OPERATIONS, op)) {
    const near = typeof op === "string" ? nearest(op, known) : null;
    const meant = near === null ? "" : ` Did you mean "${near}"?`;
    throw refuse(`op must be one of ${known.join(", ")}, but is ${describe(op)}.${meant}`);
  }
  const schema = OPERATIONS[op as keyof typeof OPERATIONS];
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [problem] = problemsOf(schema, result.error.issues, value);
  const field = problem?.path.join(".");
  if (problem?.kind === "invalid")
    throw refuse(`${field} must be ${problem.expected}, but is ${problem.got}.`, op as keyof typeof OPERATIONS);
  const fields = Object.keys(schema.shape).join(", ");
  throw refuse(`${field} is not a field of ${op}; its fields are ${fields}.`, op as keyof typeof OPERATIONS);
}

function atLine<T>(line: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    return refuseLine(line, error);
  }
}

/** Gives a refusal the number of the line it is about. @throws BATCH_LINE */
function refuseLine(line: number, error: unknown): never {
  if (!isRefusal(error)) throw error;
  const { code, message: problem, hint } = error;
  throw new TrainyardError("BATCH_LINE", { line, code, problem, hint }, { cause: error });
}
