/**
 * Runs before all tests that need a kube-apiserver: builds it where it is missing, with the progress in sight, or says
 * in one line why those tests are skipped.
 */

import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

export const setup = (): Promise<void> =>
  Effect.runPromise(
    Effect.matchEffect(KubeBinaries.findOrBuild, {
      onFailure: ({ message }) => Console.error(`skipped: ${message}`),
      onSuccess: () => Effect.void
    })
  )
