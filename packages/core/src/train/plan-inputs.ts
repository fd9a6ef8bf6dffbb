import { z } from "zod";

export const PlanInputs = z.strictObject({
  changed: z.boolean().default(false).describe("only models that the change since base touches"),
  base: z
    .string()
    .optional()
    .describe("the commit or branch to compare with; default: origin's main branch")
    .meta({ placeholder: "REF" }),
  head: z
    .string()
    .regex(/^[0-9a-f]{40}$/, "a commit's whole id")
    .optional()
    .describe("the commit to look at instead of what is checked out; it is fetched and read, never checked out")
    .meta({ surface: "action" }),
  drift: z.boolean().default(false).describe("only models with a drift: section"),
  comment: z
    .string()
    .optional()
    .describe("a comment that begins with /promote or /rollback: what it asks for becomes outputs")
    .meta({ surface: "action" }),
});
export type PlanInputs = z.output<typeof PlanInputs>;
