import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

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
    maxWorkers: 2, // many tests start processes of their own; more workers would only wait for each other
  },
});
