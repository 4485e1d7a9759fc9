import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { ApiServer } from "@holdfast/testkit"
import * as Effect from "effect/Effect"
import { isThere, kubectl } from "./kubectl/run.ts"

const manifests = ["slim", "aio"].map(
  (name) => new URL(`../../../../shared/manifests/glasskube-${name}.yaml`, import.meta.url).pathname
)

describe.skipIf(!isThere || !manifests.every((file) => existsSync(file)))(
  "A product's own manifests (needs kubectl and the shared manifests)",
  () => {
    for (const file of manifests) {
      it.live(
        `apply and apply again: ${file.split("/").at(-1)}`,
        () =>
          Effect.gen(function* () {
            const run = yield* kubectl(yield* ApiServer.make())
            const apply = (options: string) => run(`kubectl apply ${options} -f ${file}`)
            const first = yield* apply("")
            assert.strictEqual(first.code, 0, first.output)
            assert.notMatch(first.output, /(unchanged|configured)$/m)
            const second = yield* apply("--server-side --force-conflicts")
            assert.strictEqual(second.code, 0, second.output)
            const changed = yield* run(`kubectl diff --server-side --force-conflicts -f ${file}`)
            assert.strictEqual(changed.code, 0, changed.output)
          }).pipe(Effect.scoped),
        60_000
      )
    }
  }
)
