import { z } from "zod";

/** The JSON Schema (2020-12) of a document or of the config, as text of a file: what editors complete with and other languages check with. */
export function jsonSchemaText(schema: z.ZodType, io: "input" | "output", title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "ref" });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
