import { type Field, fields, nearest, readFields, TrainyardError, type z } from "@trainyard/core";

type Environment = Readonly<Record<string, string | undefined>>;

/** The inputs of a verb that an action takes: all but those of the command line, and what they go with of the action's own. */
export function actionFields(schema: z.ZodObject): Field[] {
  const taken = fields(schema).filter((field) => field.surface !== "cli");
  const own = (name: string | null) => (taken.some((field) => field.name === name) ? name : null);
  return taken.map((field) => ({ ...field, with: own(field.with), without: own(field.without) }));
}

/** What the runner hands over: one variable `INPUT_NAME` for each key of `with:` and for each default of action.yml, upper case, `-` kept. */
export function givenInputs(environment: Environment): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (variable.startsWith("INPUT_") && value !== undefined)
      given[variable.slice("INPUT_".length).toLowerCase()] = value.trim();
  }
  return given;
}

/**
 * Reads a verb's inputs and the ones every action has. The runner only warns of a key it does not know; here it is refused.
 * @throws INPUT_UNKNOWN with the nearest right name, INPUT_MISSING, INPUT_INVALID
 */
export function readInputs<S extends z.ZodObject, E extends z.ZodObject>(
  schema: S,
  extra: E,
  environment: Environment,
): { inputs: z.output<S>; extra: z.output<E> } {
  const ours = actionFields(schema).map((field) => field.name);
  const theirs = actionFields(extra).map((field) => field.name);
  const known = [...ours, ...theirs];
  const forVerb: Record<string, string> = {};
  const forAction: Record<string, string> = {};
  for (const [name, value] of Object.entries(givenInputs(environment))) {
    if (theirs.includes(name)) forAction[name] = value;
    else if (ours.includes(name)) forVerb[name] = value;
    else throw new TrainyardError("INPUT_UNKNOWN", { input: name, nearest: nearest(name, known), known });
  }
  return { inputs: readFields(schema, forVerb), extra: readFields(extra, forAction) };
}
