import { configRefusals } from "./refusals/config.ts";
import { dataRefusals } from "./refusals/data.ts";
import { deployRefusals } from "./refusals/deploy.ts";
import { driftRefusals } from "./refusals/drift.ts";
import { evaluateRefusals } from "./refusals/evaluate.ts";
import { githubRefusals } from "./refusals/github.ts";
import { registerRefusals } from "./refusals/register.ts";
import { serviceRefusals } from "./refusals/service.ts";
import { trainRefusals } from "./refusals/train.ts";

/** Every refusal Trainyard can give: code → (details) → [what happened: expected and got, what to do]. docs/errors.md is made from it. */
export const refusals = {
  ...configRefusals,
  ...dataRefusals,
  ...trainRefusals,
  ...evaluateRefusals,
  ...registerRefusals,
  ...deployRefusals,
  ...driftRefusals,
  ...githubRefusals,
  ...serviceRefusals,
};

export type RefusalCode = keyof typeof refusals;
type DetailsOf<C extends RefusalCode> = Parameters<(typeof refusals)[C]>[0];

/** A refusal: something outside Trainyard is wrong, and the person can act on it. Everything else that is thrown is a bug. */
export class TrainyardError<C extends RefusalCode = RefusalCode> extends Error {
  override readonly name = "TrainyardError";
  readonly code: C;
  readonly details: DetailsOf<C>;
  readonly hint: string;

  constructor(code: C, details: DetailsOf<C>, options?: { cause?: unknown }) {
    const [happened, hint] = (refusals[code] as (d: DetailsOf<C>) => readonly [string, string])(details);
    super(happened, options);
    this.code = code;
    this.details = details;
    this.hint = hint;
  }

  /** The form `--json` prints and actions put into their outputs. */
  toJSON(): { error: { code: string; message: string; details: unknown; hint: string } } {
    return { error: { code: this.code, message: this.message, details: this.details, hint: this.hint } };
  }
}

/** True for a refusal, whichever copy of this module made it (bundles may hold two). */
export function isRefusal(error: unknown): error is TrainyardError {
  return error instanceof Error && error.name === "TrainyardError" && "code" in error && "hint" in error;
}

/** Codes whose cause is a service that did not answer: exit 69, run again. All other refusals exit 2. */
const unreachable: ReadonlySet<string> = new Set(["SERVICE_UNREACHABLE", "REGISTRY_BUSY", "GITHUB_LIMIT"]);

/** The process exit code of a refusal, as docs/cli.md promises it to scripts. */
export function exitCodeOf(code: RefusalCode): 2 | 69 {
  return unreachable.has(code) ? 69 : 2;
}
