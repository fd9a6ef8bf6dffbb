import { z } from "zod";

export const ResumeInputs = z.strictObject({
  run: z.int().positive().describe("id of the workflow run that ended").meta({ placeholder: "ID" }),
  "at-most": z
    .int()
    .positive()
    .max(20)
    .default(3)
    .describe("attempts after which it is left alone; the first one counts"),
});
export type ResumeInputs = z.output<typeof ResumeInputs>;
