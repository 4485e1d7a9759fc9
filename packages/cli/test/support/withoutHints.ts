import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { linesOf } from "./lines.ts"
import { type Server, withOperator } from "./operator.ts"

const noHints = ["--rotate", "--no-wake", "--no-nudge"]

interface Attempt {
  readonly attempt: number
  readonly outcome: string
  readonly reason: string
  readonly endedBy?: string
}

/** What holds when nothing tells the program that the window is over: the policy alone. */
export const withoutHints = ({ title, make }: Server) =>
  describe(`bootstrap without any hint, on ${title}`, () => {
    it.live(
      "is through at most maxDelay and an attempt after the end of the window",
      () =>
        Effect.gen(function* () {
          const { bootstrap, simulation } = yield* withOperator(yield* make)
          const fresh = yield* bootstrap()
          assert.strictEqual(fresh.code, 0, fresh.stderr)
          simulation.lag = 3000
          const { code, stdout, stderr } = yield* bootstrap(
            ...noHints,
            ...["--retry-max-delay", "1s", "--log-format", "json", "-o", "json"]
          )
          assert.strictEqual(code, 0, stderr)
          const report = JSON.parse(stdout) as { readonly result: string; readonly attempts: ReadonlyArray<Attempt> }
          assert.strictEqual(report.result, "ready")
          const waits = report.attempts.filter(({ outcome }) => outcome === "failed")
          assert.isAtLeast(waits.length, 3)
          for (const wait of waits) assert.strictEqual(wait.endedBy, "timer")
          const recovered = linesOf(stderr).find(({ event }) => event === "Recovered")
          assert.isDefined(recovered, stderr)
          const late = Date.parse(recovered!.time) - simulation.closed
          console.log(`${title}: recovered ${late} ms after the end of the window, with maxDelay 1 s`)
          assert.isAtMost(late, 1000 + 500)
        }).pipe(Effect.scoped),
      60_000
    )

    it.live(
      "fails at the deadline when the window outlasts it, with every attempt listed",
      () =>
        Effect.gen(function* () {
          const { bootstrap, simulation } = yield* withOperator(yield* make)
          const fresh = yield* bootstrap()
          assert.strictEqual(fresh.code, 0, fresh.stderr)
          simulation.lag = 60_000
          const withDeadline = Effect.fnUntraced(function* (...output: ReadonlyArray<string>) {
            const ran = yield* bootstrap(...noHints, "--retry-deadline", "2s", "--log-format", "json", ...output)
            const ended = yield* Clock.currentTimeMillis
            assert.strictEqual(ran.code, 75, ran.stderr)
            const lines = linesOf(ran.stderr)
            const first = lines.find(({ event }) => event === "Retry")
            const last = lines.find(({ event }) => event === "GaveUp")
            assert.isDefined(first, ran.stderr)
            assert.isDefined(last, ran.stderr)
            assert.strictEqual(last!["reason"], "deadline")
            // The first attempt began when it failed, less the time that it took.
            const began = Date.parse(first!.time) - Number(first!["elapsed"])
            console.log(`${title}: gave up ${Date.parse(last!.time) - began} ms after the first attempt, deadline 2 s`)
            assert.isAtMost(Date.parse(last!.time) - began, 2000 + 250)
            assert.isAtLeast(Date.parse(last!.time) - began, 1000)
            assert.isAtMost(ended - began, 2000 + 1500)
            return { ...ran, attempts: Number(last!["attempts"]) }
          })

          const json = yield* withDeadline("-o", "json")
          const report = JSON.parse(json.stdout) as {
            readonly result: string
            readonly error: string
            readonly attempts: ReadonlyArray<Attempt>
          }
          assert.strictEqual(report.result, "failed")
          assert.include(report.error, `(${json.attempts} attempts)`)
          assert.isAtLeast(json.attempts, 3)
          const failed = report.attempts.filter(({ outcome }) => outcome === "failed")
          const gaveUp = report.attempts.filter(({ outcome }) => outcome === "gave-up")
          // The last attempt is told as the one after which it gave up.
          assert.deepStrictEqual(
            [...failed, ...gaveUp].map(({ attempt }) => attempt),
            Array.from({ length: json.attempts }, (_, index) => index + 1)
          )
          for (const { reason } of failed) assert.strictEqual(reason, "unknown-authority")

          const table = yield* withDeadline()
          const rows = table.stdout.split("\n").filter((row) => /\d (ms|s)\s+webhooks\s+\d+\s/.test(row))
          assert.strictEqual(rows.length, table.attempts, table.stdout)
          assert.match(rows.at(-1) ?? "", /gave up/)
        }).pipe(Effect.scoped),
      60_000
    )

    it.live(
      "interrupts an attempt that is under way at the deadline",
      () =>
        Effect.gen(function* () {
          let hangs = false
          const review = () => (hangs ? new Promise<never>(() => {}) : { allowed: true })
          const { bootstrap } = yield* withOperator(yield* make, { review })
          const fresh = yield* bootstrap()
          assert.strictEqual(fresh.code, 0, fresh.stderr)
          hangs = true
          const began = yield* Clock.currentTimeMillis
          const { code, stderr } = yield* bootstrap("--retry-deadline", "1s")
          assert.strictEqual(code, 75, stderr)
          // The webhook's own timeout is 10 s.
          assert.isAtMost((yield* Clock.currentTimeMillis) - began, 4000)
        }).pipe(Effect.scoped),
      60_000
    )
  })
