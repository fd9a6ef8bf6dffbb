import { randomBytes } from "node:crypto";

export interface Claims {
  readonly run: number;
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
    const payload = {
      scp: `Actions.GenericRead:0 Actions.Results:${claims.run}:${claims.job}`,
      nonce: randomBytes(6).toString("hex"),
    };
    const token = `${part({ alg: "RS256", typ: "JWT" })}.${part(payload)}.${randomBytes(16).toString("base64url")}`;
    this.#known.set(token, claims);
    return token;
  }

  of(authorization: string | undefined): Claims | null {
    return this.#known.get(authorization?.replace(/^Bearer +/i, "") ?? "") ?? null;
  }
}
