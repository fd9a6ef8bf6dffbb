import type { Reporter } from "vitest/node";

/** Ends with what could not run and why, so that a skipped engine is never taken for a passed one. */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(...[modules, errors]: Parameters<NonNullable<Reporter["onTestRunEnd"]>>) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length; // outside any test
    for (const test of tests) {
      const result = test.result();
      if (result.state === "skipped")
        console.log(`could not run: ${test.name} because ${result.note ?? "it is skipped"}`);
    }
    console.log(`${count("passed")} passed, ${count("failed") + broken} failed, ${count("skipped")} skipped`);
  }
}
