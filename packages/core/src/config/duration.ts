import { z } from "zod";

/** A number of days. */
export const Duration = z.string().regex(/^\d+d$/, "days, like 21d");
