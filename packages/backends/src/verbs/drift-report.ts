import { DriftReport, parseDocument, TrainyardError } from "@trainyard/core";
import type { Project } from "../project.ts";

/** The report of a drift event that asks for a retraining. @throws INPUT_INVALID where the number is of no such event */
export async function askingReport(
  { registry, backend }: Project,
  model: string,
  number: number,
): Promise<DriftReport> {
  const event = (await registry.events(model)).find(({ seq }) => seq === number);
  if (event?.type !== "drift.detected" || !event.retrain)
    throw new TrainyardError("INPUT_INVALID", {
      input: "drift-event",
      expected: `the number of an event in which drift of ${model} asks for a retraining`,
      got: event === undefined ? `${number}, which ${model} has not` : `${number}, ${event.type}`,
    });
  return parseDocument(DriftReport, await backend.store.text(event.report, "drift report"), "drift report");
}
