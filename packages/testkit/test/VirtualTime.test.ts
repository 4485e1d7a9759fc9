import { assert, describe, it } from "@effect/vitest"
import { ApiServer, Faults } from "@holdfast/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Api from "./contract/support/Api.ts"

const path = "/api/v1/namespaces/default/configmaps"

const lab = Effect.gen(function* () {
  yield* TestClock.setTime(Date.parse("2030-01-01T00:00:00Z"))
  const server = yield* ApiServer.make({ clock: yield* Clock.Clock })
  return { server, api: Api.make(server.kubeconfig) }
})

describe("An API server in virtual time", () => {
  it.effect("writes the test's time", () =>
    Effect.gen(function* () {
      const { api } = yield* lab
      yield* TestClock.adjust("1 day")
      const { body, headers } = yield* api.post(path, { metadata: { name: "a" } })
      assert.strictEqual(body.metadata.creationTimestamp, "2030-01-02T00:00:00Z")
      assert.strictEqual(headers["date"], "Wed, 02 Jan 2030 00:00:00 GMT")
    })
  )

  it.effect("sends bookmarks when the test's minute has passed", () =>
    Effect.gen(function* () {
      const { api } = yield* lab
      const watch = yield* api.watch(path, "allowWatchBookmarks=true")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* TestClock.withLive(watch.next))?.type, "BOOKMARK")
    }).pipe(Effect.scoped)
  )

  it.effect("ends a watch when the test's time for it is over", () =>
    Effect.gen(function* () {
      const { api } = yield* lab
      const watch = yield* api.watch(path, "timeoutSeconds=3600")
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(yield* TestClock.withLive(watch.next))
    }).pipe(Effect.scoped)
  )

  it.effect("is as slow as the test's clock", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      const fault = yield* server.faults.inject(Faults.latency("1 hour"), { times: 1 })
      const slow = yield* Effect.forkChild(api.get(path))
      yield* Effect.repeat(TestClock.withLive(Effect.delay(fault.hits, "5 millis")), { until: (hits) => hits === 1 })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(slow)).status, 200)
    }).pipe(Effect.scoped)
  )
})
