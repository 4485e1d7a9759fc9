import { assert, describe, it } from "@effect/vitest"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import type { Stats } from "@holdfast/testkit"
import { Effect } from "effect"
import { servers, withOperator } from "./support/operator.ts"

const retryingOff = ["--retry-max-attempts", "1", "--no-wake", "--no-nudge"]

const isWatch = ({ query }: Stats.CountedRequest) => /\bwatch=(true|1)\b/.test(query)

/** What a wait opens to follow and to explain itself: how much of it depends on how soon the cluster is ready. */
const followsAWait = (request: Stats.CountedRequest) => isWatch(request) || request.path.endsWith("/pods")

/** What a bootstrap of the demo's operator waits for. */
const waitedFor = /\/(customresourcedefinitions|jobs|pods|deployments|packagerepositories)$/

/** How often each request was made, by verb and path. */
const tally = (requests: ReadonlyArray<Stats.CountedRequest>) => {
  const counts: Record<string, number> = {}
  for (const { method, path, query } of requests) {
    const request = `${method} ${path}${query.includes("dryRun") ? " (dry run)" : ""}`
    counts[request] = (counts[request] ?? 0) + 1
  }
  return counts
}

/** The requests of a first bootstrap, and of a second one on what it left; both healthy. */
const healthy = (...flags: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { bootstrap, cluster } = yield* withOperator(yield* servers.embedded.make)
    const requests = Effect.gen(function* () {
      yield* cluster.stats.reset
      const { code, stdout, stderr } = yield* bootstrap("-o", "json", ...flags)
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(JSON.parse(stdout).attempts, [], "this bootstrap was not healthy")
      const all = yield* cluster.stats.requests
      return all.filter(({ userAgent }) => userAgent.startsWith("holdfast-cli/"))
    })
    return { first: yield* requests, second: yield* requests }
  }).pipe(Effect.scoped)

describe("a healthy bootstrap", () => {
  it.live(
    "makes no request more for having the retry layer",
    () =>
      Effect.gen(function* () {
        const patient = yield* healthy()
        const impatient = yield* healthy(...retryingOff)
        for (const run of ["first", "second"] as const) {
          const steady = (requests: ReadonlyArray<Stats.CountedRequest>) =>
            tally(requests.filter((request) => !followsAWait(request)))
          assert.deepStrictEqual(steady(patient[run]), steady(impatient[run]), run)
          // Nothing is watched for a wake-up before there is something to be woken from.
          const watched = patient[run].filter(isWatch).map(({ path }) => path)
          assert.deepStrictEqual(
            watched.filter((path) => !waitedFor.test(path)),
            [],
            run
          )
        }
        assert.isNotEmpty(patient.first.filter(isWatch))
        // And what is counted is there: each object once, the default repository with them.
        const applied = patient.first.filter(({ method, query }) => method === "PATCH" && !query.includes("dryRun"))
        assert.strictEqual(applied.length, objects.length + 1)
        assert.strictEqual(new Set(applied.map(({ path }) => path)).size, applied.length)
      }),
    60_000
  )
})
