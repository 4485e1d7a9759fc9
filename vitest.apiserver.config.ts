import { defineConfig } from "vitest/config"

/** Tests that need a real kube-apiserver; see packages/testkit/src/KubeBinaries.ts for where it comes from. */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.apiserver.test.ts"],
    globalSetup: ["packages/testkit/test/kubeBinaries.setup.ts", "packages/operator/test/helm.setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Each file has a control plane of its own, of 300 MB and more.
    maxWorkers: 2
  }
})
