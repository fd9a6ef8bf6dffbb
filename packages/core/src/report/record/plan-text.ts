import type { PlannedModel } from "../../train/plan.ts";

/** Files named for one model; more are counted. */
const SHOWN = 3;

/** The models there is something to do for, one a line, and why. */
export function planText({ models, since }: { models: readonly PlannedModel[]; since: string | null }): string {
  const compared = since === null ? "" : ` since ${since.slice(0, 10)}`;
  if (models.length === 0) return `No model changed${compared}.`;
  const width = Math.max(...models.map(({ model }) => model.length));
  return models
    .map(({ model, because, paths }) => {
      const named = paths.slice(0, SHOWN).map((path) => JSON.stringify(path).slice(1, -1));
      const more = paths.length > SHOWN ? [`${paths.length - SHOWN} more`] : [];
      const why = because.length === 0 ? "" : `${because.join(", ")}${compared}`;
      return `${model.padEnd(width)}  ${[why, ...named, ...more].filter((part) => part !== "").join("  ·  ")}`.trimEnd();
    })
    .join("\n");
}
