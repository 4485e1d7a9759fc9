import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.apiserver.test.ts", "**/*.faults.test.ts", "**/*.cluster.test.ts"],
    // Half of what these tests do is to wait for processes and sockets.
    maxWorkers: availableParallelism() + 1,
    // Much is done in virtual time, which is as slow as the machine is busy.
    testTimeout: 60_000
  }
})
