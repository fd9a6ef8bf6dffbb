import { z } from "zod";
import { AliasName, ModelName } from "../../document.ts";

/** An alias, or a pattern: `*` stands for any letters. */
const AliasPattern = z
  .string()
  .regex(/^[a-z0-9*][a-z0-9._*-]{0,62}$/, "an alias, or a pattern with `*` like `candidate-*`");

/** What a version must have before an alias may point at it. */
export const AliasRule = z.strictObject({
  after: z.array(AliasName).min(1).optional().describe("aliases or environments the version must have held before"),
  evaluation: z
    .strictObject({
      maxAgeDays: z
        .number()
        .positive()
        .max(36_500)
        .optional()
        .describe("how old the newest passed evaluation may be, by the recorded times; left out: any age"),
    })
    .optional()
    .describe("the version's bytes must have passed an evaluation"),
  attestations: z
    .array(z.string().min(1).max(256))
    .min(1)
    .optional()
    .describe("predicate types; an attestation of each must be attached to the version"),
});
export type AliasRule = z.infer<typeof AliasRule>;

const rules = {
  aliases: z.array(AliasPattern).optional().describe("the only aliases that may be set; left out: any"),
  rules: z
    .record(AliasPattern, AliasRule)
    .optional()
    .describe("what a version must have, by alias; every rule whose name fits applies"),
  overrides: z.boolean().optional().describe("false: no version is registered against its verdict"),
};

/**
 * What the registry allows. Strict also where it is stored: a rule this Trainyard does not know must never be passed over.
 * A model's own part replaces what is said for all, entry by entry.
 */
export const Policy = z.strictObject({
  ...rules,
  models: z.record(ModelName, z.strictObject(rules)).optional().describe("what is different for one model"),
});
export type Policy = z.infer<typeof Policy>;
