import { defineConfig } from "vitest/config"

/** The fault matrix: every fault at every moment, minutes of it. */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.faults.test.ts"],
    globalSetup: ["packages/testkit/test/kubeBinaries.setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    maxWorkers: 2
  }
})
