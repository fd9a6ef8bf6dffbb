import { z } from "zod";

/** A value of a parameter: what YAML and JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export const Json: z.ZodType<JsonValue> = z.json() as z.ZodType<JsonValue>;

/** Parameters by name, as the params file and `--set` resolve them. */
export const Params = z.record(z.string(), Json);
export type Params = z.infer<typeof Params>;
