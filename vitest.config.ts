import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Minutes long, the longest first: begun last, one of them would run alone while the other worker has nothing left. */
const LONGEST = [
  "test/e2e/quickstart.test.ts",
  "test/workflows/flight.test.ts",
  "test/github-faults/faults.test.ts",
  "test/e2e/github-training.test.ts",
  "test/e2e/baselines.test.ts",
  "test/e2e/evaluate-registry-input.test.ts",
  "test/e2e/bad-input.test.ts",
  "test/workflows/scenes.test.ts",
  "test/e2e/github-attacks.test.ts",
  "test/workflows/several.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b)); // stable: the others stay as they were
  }
}

export default defineConfig({
  // Tests read the packages' sources, so they never wait for, or fail on, a stale dist.
  ssr: { resolve: { conditions: ["trainyard-source", ...defaultServerConditions] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "actions/**/*.test.ts", "scripts/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/engines/**", "**/node_modules/**", "**/dist/**", "**/.quickstart/**", "**/.trainyard/**"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A process for each file, not a thread: every start of git copies the page tables of the process that starts it, and one that ran a
    // hundred files before has grown so large that this takes a tenth of a second, for which the other thread stands still too.
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    maxWorkers: 3, // on two cores: many tests start processes of their own, and wait for them, for locks and for clocks
  },
});
