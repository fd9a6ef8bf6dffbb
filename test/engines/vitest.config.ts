import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** Tests against software of others, which is fetched: `npm run test:engines [FILTER…]`. Not part of the gate. */
export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  ssr: { resolve: { conditions: ["trainyard-source", ...defaultServerConditions] } },
  test: {
    include: ["test/engines/**/*.test.ts"],
    testTimeout: 900_000, // the first test of an engine installs it
    fileParallelism: false,
    reporters: ["default", "./test/engines/closing-reporter.ts"],
  },
});
