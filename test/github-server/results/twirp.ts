import { z } from "zod";

/** The codes of Twirp's protocol that are given here, with their status (twitchtv.github.io/twirp/docs/spec_v7.html). */
const STATUS = {
  malformed: 400,
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  bad_route: 404,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 412,
  resource_exhausted: 429,
} as const;

/** What a service answers instead, as Twirp says it. */
export class TwirpError extends Error {
  readonly code: keyof typeof STATUS;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** A message in JSON, with the names of its protobuf. @throws TwirpError */
export function readMessage(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    throw new TwirpError("malformed", "the json request could not be decoded");
  }
}

/** @throws TwirpError that names the fields; a field nobody knows is one too, though GitHub would pass over it */
export function parsed<Schema extends z.ZodType>(schema: Schema, message: unknown): z.output<Schema> {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  throw new TwirpError("invalid_argument", z.prettifyError(result.error));
}
