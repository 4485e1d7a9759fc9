import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.apiserver.test.ts", "**/*.faults.test.ts", "**/*.cluster.test.ts"],
    testTimeout: 20_000
  }
})
