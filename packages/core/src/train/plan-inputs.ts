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
    .describe("a comment that begins with /promote or /rollback; the deployment it asks for is pinned in the outputs")
    .meta({ surface: "action" }),
  model: z
    .string()
    .optional()
    .describe("MODEL, MODEL@VERSION or MODEL@ALIAS: the deployment of it is pinned, as a comment's is")
    .meta({ surface: "action" }),
  environment: z
    .string()
    .optional()
    .describe("where that deployment goes; may be left out when there is one")
    .meta({ surface: "action" }),
  rollback: z
    .boolean()
    .default(false)
    .describe("that deployment goes back to the version that was live before")
    .meta({ surface: "action" }),
});
export type PlanInputs = z.output<typeof PlanInputs>;
