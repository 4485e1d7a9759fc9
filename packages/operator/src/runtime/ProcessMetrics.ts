/**
 * What the process itself uses, under the names that Prometheus' own client libraries give it, so that the dashboards of
 * everybody else show it. The values are read when somebody asks; until then they cost nothing.
 *
 * @see https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 * @since 0.1.0
 */
import { readdirSync } from "node:fs"
import { performance } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import { observe, observeCounter } from "../internal/runtime/observe.ts"

/**
 * Registers `process_*` and `nodejs_*` for as long as the scope lives.
 *
 * @category constructors
 * @since 0.1.0
 */
export const register: Effect.Effect<void, never, Scope.Scope> = Effect.gen(function* () {
  const gauge = (name: string, description: string, read: () => number) =>
    observe(Metric.gauge(name, { description }), read)
  yield* observeCounter(
    Metric.counter("process_cpu_seconds_total", { description: "CPU time of user and system", incremental: true }),
    () => {
      const { system, user } = process.cpuUsage()
      return (system + user) / 1e6
    }
  )
  yield* gauge(
    "process_start_time_seconds",
    "When the process began, as Unix time",
    () => performance.timeOrigin / 1000
  )
  yield* gauge("process_resident_memory_bytes", "Memory in RAM", () => process.memoryUsage.rss())
  if (process.platform === "linux") {
    yield* gauge("process_open_fds", "Open file descriptors", () => readdirSync("/proc/self/fd").length)
  }
  yield* gauge("nodejs_heap_size_total_bytes", "Size of the heap", () => process.memoryUsage().heapTotal)
  yield* gauge("nodejs_heap_size_used_bytes", "Used part of the heap", () => process.memoryUsage().heapUsed)
  yield* gauge("nodejs_external_memory_bytes", "Memory outside of the heap", () => process.memoryUsage().external)
  let before = performance.eventLoopUtilization()
  yield* gauge("nodejs_eventloop_utilization", "Part of the time since the last look that was spent busy", () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  })
  const { version } = process
  yield* observe(
    Metric.withAttributes(Metric.gauge("nodejs_version_info", { description: "The version of Node.js" }), { version }),
    () => 1
  )
})
