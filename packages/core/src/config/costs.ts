import { z } from "zod";

const Cost = z.number().nonnegative();

/** What wrong decisions cost: of two classes one number each, of any classes one for each true class and decided class. */
export const Costs = z.union([
  z.strictObject({ false_positive: Cost, false_negative: Cost }),
  z.record(z.string().min(1), z.record(z.string().min(1), Cost)),
]);
export type Costs = z.infer<typeof Costs>;
