import { z } from "zod";

export const DeployInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("MODEL@VERSION; default: the newest version")
    .meta({ positional: true, placeholder: "MODEL@VERSION" }),
  environment: z
    .string()
    .optional()
    .describe("where to: a name under deploy:; may be left out when there is one")
    .meta({ placeholder: "NAME" }),
  rollback: z
    .boolean()
    .default(false)
    .describe("go back to the version that was live before; needs a reason")
    .meta({ surface: "action" }),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hex digits")
    .optional()
    .describe("the version's root digest, as it was approved; another one is refused")
    .meta({ surface: "action" }),
  reason: z.string().optional().describe("why; recorded").meta({ placeholder: "TEXT" }),
  yes: z.boolean().default(false).describe("do not ask").meta({ surface: "cli" }),
});
export type DeployInputs = z.output<typeof DeployInputs>;

export const RollbackInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("MODEL, or MODEL@VERSION to go back to; default: the version live before")
    .meta({ positional: true, placeholder: "MODEL" }),
  environment: z.string().optional().describe("where").meta({ placeholder: "NAME" }),
  reason: z.string().regex(/\S/, "not blank").describe("why; recorded").meta({ placeholder: "TEXT" }),
  yes: z.boolean().default(false).describe("do not ask").meta({ surface: "cli" }),
});
export type RollbackInputs = z.output<typeof RollbackInputs>;
