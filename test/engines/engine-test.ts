import { test } from "vitest";
import { type PythonEngine, pythonEngine } from "./python-engine.ts";

/** A test that needs an engine. Where that cannot be had it is skipped, and the reason stands in the list at the end. */
export function engineTest(
  engine: PythonEngine,
  name: string,
  body: (bin: (command: string) => string) => Promise<void>,
): void {
  test(name, async (context) => {
    const { bin, missing } = await pythonEngine(engine);
    if (missing !== null) return context.skip(`${engine.name} ${engine.version} is not there: ${missing}`);
    await body(bin);
  });
}
