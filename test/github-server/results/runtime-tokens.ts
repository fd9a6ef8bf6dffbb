import { randomBytes } from "node:crypto";

export interface Claims {
  readonly run: number;
  /** Which try of the run, from 1. */
  readonly attempt: number;
  readonly job: string;
  /** The ref whose caches the job writes. */
  readonly ref: string;
  /** A job of a pull request from a fork may read caches, and write none. */
  readonly cache: "read" | "write";
}

/** `ACTIONS_RUNTIME_TOKEN`: a JWT whose scope names the run and the job, as the toolkit reads it. */
export class RuntimeTokens {
  readonly #known = new Map<string, Claims>();

  create(claims: Claims): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { run, job } = backendIds(claims);
    const payload = {
      scp: `Actions.GenericRead:0 Actions.Results:${run}:${job}`,
      nonce: randomBytes(6).toString("hex"),
    };
    const token = `${part({ alg: "RS256", typ: "JWT" })}.${part(payload)}.${randomBytes(16).toString("base64url")}`;
    this.#known.set(token, claims);
    return token;
  }

  /** Whose token it is, to the last letter; null for any other. */
  of(authorization: string | undefined): Claims | null {
    return this.#known.get(authorization?.replace(/^Bearer +/i, "") ?? "") ?? null;
  }
}

/** What the two services call a run and a job. GitHub's are UUIDs; a job's name may hold blanks and colons, which a scope cannot. */
export function backendIds({ run, job }: Pick<Claims, "run" | "job">): { readonly run: string; readonly job: string } {
  return { run: String(run), job: Buffer.from(job).toString("hex") };
}
