import { z } from "zod";

/** One pattern or a list of them. */
export const Patterns = z.union([
  z
    .string()
    .min(1)
    .transform((one) => [one]),
  z.array(z.string().min(1)),
]);
