/** Runs before all tests that need a kube-apiserver: builds Helm where it is missing, with the progress in sight. */
import * as Helm from "../scripts/helm.ts"

export const setup = (): void => {
  try {
    if (Helm.findOrBuild() === undefined)
      console.error("skipped: the tests of the chart, which take Helm, or Go to build it")
  } catch (error) {
    console.error(`skipped: the tests of the chart, which take Helm: ${error instanceof Error ? error.message : error}`)
  }
}
