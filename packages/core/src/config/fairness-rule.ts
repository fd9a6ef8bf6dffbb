import { z } from "zod";

/** How far apart a metric may lie between the groups of a sensitive column. */
export const FairnessRule = z
  .strictObject({
    column: z.string().min(1).describe("the sensitive column of the predictions; numbers are cut into quarters"),
    metric: z.string().min(1).describe("computed in every group: recall, false_positive_rate, selection_rate"),
    "max-difference": z
      .number()
      .nonnegative()
      .optional()
      .describe("pass when the whole interval of highest − lowest is at or below this"),
    "min-ratio": z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("pass when the whole interval of lowest / highest is at or above this"),
    severity: z.enum(["fail", "warn", "info"]).default("fail"),
  })
  .describe("without a limit the groups are only shown");
export type FairnessRule = z.output<typeof FairnessRule>;
