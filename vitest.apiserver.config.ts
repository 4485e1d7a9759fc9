import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Files that take minutes, most of them waited. Begun first, they wait beside all others and not after them. */
const longest = [
  "hammer/FailureTable.",
  "cli/test/Vacuum-slim",
  "hammer/FailureTable-leaders",
  "cli/test/Vacuum-aio",
  "hammer/FailureTable-clock",
  "hammer/Mounted",
  "hammer/Rotation",
  "hammer/Extensions"
]

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((part) => moduleId.includes(part))
      return found === -1 ? longest.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

/** Tests that need a real kube-apiserver; see packages/testkit/src/KubeBinaries.ts for where it comes from. */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.apiserver.test.ts"],
    globalSetup: ["packages/testkit/test/kubeBinaries.setup.ts", "packages/operator/test/helm.setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Each file has control planes of its own, of 300 MB and more; they wait more than they work.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst }
  }
})
