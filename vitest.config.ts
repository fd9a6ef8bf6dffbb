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
    pool: "threads",
    maxWorkers: 2, // many tests start processes of their own; more workers would only wait for each other
  },
});
