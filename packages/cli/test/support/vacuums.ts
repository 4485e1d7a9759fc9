import { assert, describe, it } from "@effect/vitest"
import { KubeApiserver } from "@holdfast/testkit"
import { Effect } from "effect"
import { bundle, run, temporaryFile } from "./bundle.ts"
import { manifest, simulate } from "./glasskube.ts"
import { linesOf } from "./lines.ts"

const windows = [5, 30, 100]
const quick = 9

const median = (values: ReadonlyArray<number>) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Bootstraps a real manifest on a real kube-apiserver, through vacuums that end in both ways, and prints the figures. */
export const throughVacuums = (name: "slim" | "aio") =>
  describe("the bundled program on a real kube-apiserver", () => {
    const file = manifest(name)
    it.live.skipIf(file === undefined)(
      `bootstraps glasskube-${name}.yaml, fresh and through vacuums of 5, 30 and 100 s`,
      () =>
        Effect.gen(function* () {
          const program = bundle()
          const cluster = yield* KubeApiserver.make()
          const glasskube = yield* simulate(cluster)
          const kubeconfig = temporaryFile("kubeconfig", cluster.kubeconfig)
          const bootstrap = (...flags: ReadonlyArray<string>) =>
            Effect.promise(() =>
              run(program, ["bootstrap", "-f", file ?? "", "--log-format", "json", "-o", "json", ...flags], {
                KUBECONFIG: kubeconfig
              })
            )
          const recovery = Effect.fnUntraced(function* (seconds: number, visible: boolean) {
            glasskube.lag = seconds * 1000
            glasskube.visible = visible
            const { code, stdout, stderr } = yield* bootstrap("--rotate", "--no-nudge")
            assert.strictEqual(code, 0, stderr)
            assert.strictEqual(JSON.parse(stdout).result, "ready")
            const recovered = linesOf(stderr).find(({ event }) => event === "Recovered")
            assert.isDefined(recovered, stderr)
            const window = glasskube.closed - glasskube.opened
            const after = Date.parse(recovered!.time) - glasskube.closed
            console.log(
              `${name}: window ${(window / 1000).toFixed(1)} s, end ${visible ? "seen by a watch" : "not visible"}: recovered ${after} ms after it`
            )
            return after
          })

          const fresh = yield* bootstrap()
          assert.strictEqual(fresh.code, 0, fresh.stderr)
          const seen: Array<number> = []
          for (let i = 0; i < quick; i++) seen.push(yield* recovery(2, true))
          for (const seconds of windows) seen.push(yield* recovery(seconds, true))
          // Printed against its goal, not asserted: on a busy machine it says more of the machine.
          console.log(`${name}: median recovery where a watch sees the end: ${median(seen)} ms (goal: 100 ms)`)
          const unseen: Array<number> = []
          for (const seconds of windows) unseen.push(yield* recovery(seconds, false))
          // What is kept however busy the machine: maxDelay, and the time that an attempt takes.
          for (const after of [...seen, ...unseen]) assert.isAtMost(after, 2000 + 500)
        }).pipe(Effect.scoped),
      600_000
    )
  })
