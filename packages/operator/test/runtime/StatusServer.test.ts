import { assert, describe, it } from "@effect/vitest"
import * as Health from "@holdfast/operator/runtime/Health"
import * as ProcessMetrics from "@holdfast/operator/runtime/ProcessMetrics"
import * as StatusServer from "@holdfast/operator/runtime/StatusServer"
import { Effect, Fiber, Metric } from "effect"
import { TestClock } from "effect/testing"

const lab = Effect.gen(function* () {
  const health = yield* Health.make
  const { port } = yield* StatusServer.make({ health, port: 0, host: "127.0.0.1" })
  const get = (path: string, init?: RequestInit) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
      return { status: response.status, body: await response.text(), type: response.headers.get("content-type") }
    })
  return { health, get, port }
})

describe("the status port", () => {
  it.live("answers for liveness and readiness apart, and names the check that failed", () =>
    Effect.gen(function* () {
      const { get, health } = yield* lab
      let isSynced = false
      yield* health.add(
        "ready",
        "cache",
        Effect.suspend(() => (isSynced ? Effect.void : Effect.fail("not synced")))
      )
      assert.deepInclude(yield* get("/healthz"), { status: 200, body: "check passed\n" })
      const before = yield* get("/readyz")
      assert.strictEqual(before.status, 503)
      assert.include(before.body, "[-]cache failed: not synced")
      isSynced = true
      assert.deepInclude(yield* get("/readyz?verbose"), {
        status: 200,
        body: "[+]shutdown ok\n[+]cache ok\ncheck passed\n"
      })
      yield* health.stop
      assert.strictEqual((yield* get("/readyz")).status, 503)
      assert.strictEqual((yield* get("/healthz")).status, 200, "a process that shuts down is alive")
    }).pipe(Effect.scoped)
  )

  it.effect("takes a check that hangs or dies for failed", () =>
    Effect.gen(function* () {
      const health = yield* Health.make
      yield* health.add("live", "hangs", Effect.never)
      yield* health.add("live", "dies", Effect.die("oops"))
      const reporting = yield* Effect.forkChild(health.report("live"), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.isDefined(reporting.pollUnsafe(), "the report itself hangs")
      const { checks, isOk } = yield* Fiber.join(reporting)
      assert.isFalse(isOk)
      assert.deepStrictEqual(checks, [
        { name: "hangs", problem: "took too long" },
        { name: "dies", problem: "hit a defect" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("gives metrics that Prometheus reads, the process among them", () =>
    Effect.gen(function* () {
      yield* ProcessMetrics.register
      const { get } = yield* lab
      yield* Metric.update(
        Metric.withAttributes(Metric.counter("cakes_total", { incremental: true }), { kind: "apple" }),
        2
      )
      const { body, status, type } = yield* get("/metrics")
      assert.deepStrictEqual([status, type], [200, "text/plain; version=0.0.4; charset=utf-8"])
      assert.include(body, 'cakes_total{kind="apple"} 2\n')
      assert.match(body, /# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total \d+(\.\d+)?\n/)
      assert.isAbove(Number(/^process_resident_memory_bytes (\d+)$/m.exec(body)?.[1]), 10_000_000)
      assert.include(body, `nodejs_version_info{version="${process.version}"} 1`)
      for (const line of body.trimEnd().split("\n")) {
        assert.match(line, /^(# (HELP|TYPE) \w+ .+|[a-zA-Z_:][\w:]*(\{(\w+="[^"]*",?)+\})? [-+]?[\w.]+)$/)
      }
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.live("serves nothing else, and says when its port is taken", () =>
    Effect.gen(function* () {
      const { get, health, port } = yield* lab
      assert.strictEqual((yield* get("/")).status, 404)
      assert.strictEqual((yield* get("/metrics", { method: "POST", body: "x" })).status, 405)
      const error = yield* Effect.flip(StatusServer.make({ health, port, host: "127.0.0.1" }))
      assert.strictEqual(error.message, `cannot listen on 127.0.0.1:${port}: EADDRINUSE`)
    }).pipe(Effect.scoped)
  )
})
