import { writeFileSync } from "node:fs";
import type { Reporter } from "vitest/node";

/** Leaves the counts of a test run in the file that TRAINYARD_TALLY names, for the closing line of the gate. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(...[modules, errors]: Parameters<NonNullable<Reporter["onTestRunEnd"]>>) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length; // outside any test
    const passed = states.filter((state) => state === "passed").length;
    const failed = states.filter((state) => state === "failed").length + broken;
    if (process.env.TRAINYARD_TALLY) writeFileSync(process.env.TRAINYARD_TALLY, JSON.stringify({ passed, failed }));
  }
}
