import { assert, describe, it } from "@effect/vitest"
import * as KubernetesDuration from "@holdfast/retry-core/KubernetesDuration"
import { Duration, Result, Schema } from "effect"

/** What Go 1.26 answers: `time.ParseDuration(text)`, then `Duration.Nanoseconds()` and `Duration.String()`. */
const go: ReadonlyArray<readonly [text: string, answer: { nanos: bigint; written: string } | undefined]> = [
  ["0", { nanos: 0n, written: "0s" }],
  ["5s", { nanos: 5000000000n, written: "5s" }],
  ["30s", { nanos: 30000000000n, written: "30s" }],
  ["1478s", { nanos: 1478000000000n, written: "24m38s" }],
  ["-5s", { nanos: -5000000000n, written: "-5s" }],
  ["+5s", { nanos: 5000000000n, written: "5s" }],
  ["-0", { nanos: 0n, written: "0s" }],
  ["5.0s", { nanos: 5000000000n, written: "5s" }],
  ["5.6s", { nanos: 5600000000n, written: "5.6s" }],
  ["5.s", { nanos: 5000000000n, written: "5s" }],
  [".5s", { nanos: 500000000n, written: "500ms" }],
  ["1.0s", { nanos: 1000000000n, written: "1s" }],
  ["1.00s", { nanos: 1000000000n, written: "1s" }],
  ["1.004s", { nanos: 1004000000n, written: "1.004s" }],
  ["1.0040s", { nanos: 1004000000n, written: "1.004s" }],
  ["100.00100s", { nanos: 100001000000n, written: "1m40.001s" }],
  ["10ns", { nanos: 10n, written: "10ns" }],
  ["11us", { nanos: 11000n, written: "11µs" }],
  ["12µs", { nanos: 12000n, written: "12µs" }],
  ["12μs", { nanos: 12000n, written: "12µs" }],
  ["13ms", { nanos: 13000000n, written: "13ms" }],
  ["14s", { nanos: 14000000000n, written: "14s" }],
  ["15m", { nanos: 900000000000n, written: "15m0s" }],
  ["16h", { nanos: 57600000000000n, written: "16h0m0s" }],
  ["3h30m", { nanos: 12600000000000n, written: "3h30m0s" }],
  ["10.5s4m", { nanos: 250500000000n, written: "4m10.5s" }],
  ["-2m3.4s", { nanos: -123400000000n, written: "-2m3.4s" }],
  ["1h2m3s4ms5us6ns", { nanos: 3723004005006n, written: "1h2m3.004005006s" }],
  ["39h9m14.425s", { nanos: 140954425000000n, written: "39h9m14.425s" }],
  ["52763797000ns", { nanos: 52763797000n, written: "52.763797s" }],
  ["0.3333333333333333333h", { nanos: 1200000000000n, written: "20m0s" }],
  ["9007199254740993ns", { nanos: 9007199254740993n, written: "2501h59m59.254740993s" }],
  ["9223372036854775807ns", { nanos: 9223372036854775807n, written: "2562047h47m16.854775807s" }],
  ["9223372036854775.807us", { nanos: 9223372036854775807n, written: "2562047h47m16.854775807s" }],
  ["-9223372036854775808ns", { nanos: -9223372036854775808n, written: "-2562047h47m16.854775808s" }],
  ["-9223372036854775.808us", { nanos: -9223372036854775808n, written: "-2562047h47m16.854775808s" }],
  ["2562047h47m16.854775807s", { nanos: 9223372036854775807n, written: "2562047h47m16.854775807s" }],
  ["0.100000000000000000000h", { nanos: 360000000000n, written: "6m0s" }],
  ["0.830103483285477580700h", { nanos: 2988372539827n, written: "49m48.372539827s" }],
  ["", undefined],
  ["3", undefined],
  ["-", undefined],
  ["s", undefined],
  [".", undefined],
  ["-.", undefined],
  [".s", undefined],
  ["+.s", undefined],
  ["1d", undefined],
  ["0x5s", undefined],
  ["1 s", undefined],
  [" 1s", undefined],
  ["1s ", undefined],
  ["1m 30s", undefined],
  ["9223372036854775810ns", undefined],
  ["9223372036854775808ns", undefined],
  ["-9223372036854775809ns", undefined],
  ["3000000h", undefined],
  ["1e3s", undefined],
  ["١s", undefined],
  ["1S", undefined],
  ["0.5.s", undefined],
  ["infinity", undefined]
]

describe("KubernetesDuration", () => {
  for (const [text, answer] of go) {
    it(`reads ${JSON.stringify(text)} as Go does`, () => {
      const result = KubernetesDuration.parse(text)
      if (answer === undefined) return assert.isTrue(Result.isFailure(result))
      const duration = Result.getOrThrow(result)
      assert.strictEqual(Duration.toNanosUnsafe(duration), answer.nanos)
      assert.strictEqual(KubernetesDuration.format(duration), answer.written)
    })
  }

  it.prop(
    "reads back what it writes, to the nanosecond",
    [Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n }))],
    ([nanos]) => {
      const text = KubernetesDuration.format(Duration.nanos(nanos))
      assert.strictEqual(Duration.toNanosUnsafe(Result.getOrThrow(KubernetesDuration.parse(text))), nanos)
    }
  )

  it.prop("answers any text with a duration or a typed error", [Schema.String], ([text]) => {
    const result = KubernetesDuration.parse(text)
    assert.isTrue(Result.isSuccess(result) || result.failure._tag === "InvalidDuration")
  })

  it("says what is wrong, without repeating a long text", () => {
    const message = (text: string) => Result.getOrThrow(Result.flip(KubernetesDuration.parse(text))).message
    assert.strictEqual(message("5"), 'invalid duration "5": a unit is missing; write for instance 30s or 1m30s')
    assert.strictEqual(message("2d"), 'invalid duration "2d": the units are ns, us, ms, s, m and h')
    assert.strictEqual(message("5constructor"), 'invalid duration "5constructor": the units are ns, us, ms, s, m and h')
    assert.isBelow(message("9".repeat(100_000)).length, 200)
  })

  it("writes an infinite duration as infinity", () => {
    assert.strictEqual(KubernetesDuration.format(Duration.infinity), "infinity")
  })
})
