import { z } from "zod";

export const RegisterInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("the model; may be left out when the config has one")
    .meta({ positional: true, placeholder: "MODEL" }),
  run: z
    .array(z.string())
    .default([])
    .describe(
      "the run to register; of several, the one whose gates passed with the largest gain; default: the model's newest",
    )
    .meta({ placeholder: "ID" }),
  bundle: z
    .string()
    .optional()
    .describe("the run of another job: output `bundle` of train")
    .meta({ placeholder: "JSON", surface: "action" }),
  override: z
    .boolean()
    .default(false)
    .describe(
      "register although the verdict is against it, or its rules are not committed; needs a reason, both are recorded",
    ),
  reason: z.string().optional().describe("why the verdict is overridden").meta({ placeholder: "TEXT" }),
});
export type RegisterInputs = z.output<typeof RegisterInputs>;

export const AliasInputs = z.strictObject({
  model: z
    .string()
    .describe("the version; with --remove the model alone will do")
    .meta({ positional: true, placeholder: "MODEL@VERSION" }),
  alias: z.string().describe("the alias to set").meta({ positional: true, placeholder: "ALIAS" }),
  remove: z.boolean().default(false).describe("take the alias away instead"),
  expected: z
    .string()
    .optional()
    .describe("only if the alias is at this version now; none: only if nobody holds it")
    .meta({ placeholder: "VERSION|none" }),
  reason: z.string().optional().describe("why; recorded").meta({ placeholder: "TEXT" }),
});
export type AliasInputs = z.output<typeof AliasInputs>;
