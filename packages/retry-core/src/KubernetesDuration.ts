/**
 * Durations as Kubernetes and Go write them: `500ms`, `30s`, `1m30s`, `2h45m0.5s`.
 *
 * Reads what Go's `time.ParseDuration` reads and writes what its `Duration.String` writes (Go 1.24,
 * `src/time/format.go` and `src/time/time.go`), down to the nanosecond and up to the same 292 years.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"

/**
 * A text is not a duration.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidDuration extends Data.TaggedError("InvalidDuration")<{
  /** The text, shortened to 60 characters. */
  readonly input: string
  readonly reason: "empty" | "missing-unit" | "unknown-unit" | "malformed" | "too-long"
}> {
  override get message(): string {
    return `invalid duration ${JSON.stringify(this.input)}: ${explanations[this.reason]}`
  }
}

const explanations = {
  empty: "it is empty; write for instance 30s or 1m30s",
  "missing-unit": "a unit is missing; write for instance 30s or 1m30s",
  "unknown-unit": "the units are ns, us, ms, s, m and h",
  malformed: "write for instance 500ms, 30s or 1m30s",
  "too-long": "it is longer than 292 years"
}

const units: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n], // micro sign
  ["\u03bcs", 1_000n], // Greek mu
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n]
])

const maxNanos = 2n ** 63n - 1n

/**
 * Reads a duration.
 *
 * **Example** (Reading what a manifest says)
 *
 * ```ts import.meta.vitest
 * import { Duration, Result } from "effect"
 * import * as KubernetesDuration from "@holdfast/retry-core/KubernetesDuration"
 *
 * Result.map(KubernetesDuration.parse("1m30s"), Duration.toSeconds) // => Result.succeed(90)
 * Result.isFailure(KubernetesDuration.parse("5")) // => true
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (input: string): Result.Result<Duration.Duration, InvalidDuration> => {
  const invalid = (reason: InvalidDuration["reason"]) =>
    Result.fail(new InvalidDuration({ input: input.length > 60 ? `${input.slice(0, 59)}…` : input, reason }))
  if (input === "") return invalid("empty")
  // Longer than any duration that Go writes; it keeps the arithmetic below small.
  if (input.length > 200) return invalid("malformed")
  const isNegative = input.startsWith("-")
  const text = isNegative || input.startsWith("+") ? input.slice(1) : input
  if (text === "0") return Result.succeed(Duration.zero)
  if (text === "") return invalid("malformed")

  const component = /(\d*)(?:\.(\d*))?([^\d.]*)/y
  let nanos = 0n
  while (component.lastIndex < text.length) {
    const [, whole = "", fraction = "", unit = ""] = component.exec(text) ?? []
    if (whole === "" && fraction === "") return invalid("malformed")
    if (unit === "") return invalid("missing-unit")
    const scale = units.get(unit)
    if (scale === undefined) return invalid("unknown-unit")
    nanos += BigInt(whole) * scale + fractionNanos(fraction, scale)
    // One nanosecond more is allowed below zero, as in a 64-bit integer.
    if (nanos > (isNegative ? maxNanos + 1n : maxNanos)) return invalid("too-long")
  }
  return Result.succeed(Duration.nanos(isNegative ? -nanos : nanos))
}

/**
 * Writes a duration the way Go does, with no unit above hours. An infinite duration, which Go does not have, is written
 * as `infinity`.
 *
 * **Example** (Writing a duration)
 *
 * ```ts import.meta.vitest
 * import { Duration } from "effect"
 * import * as KubernetesDuration from "@holdfast/retry-core/KubernetesDuration"
 *
 * KubernetesDuration.format(Duration.minutes(5)) // => "5m0s"
 * KubernetesDuration.format(Duration.millis(1500)) // => "1.5s"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const format = (duration: Duration.Duration): string => {
  if (!Duration.isFinite(duration)) return "infinity"
  const signed = Duration.toNanosUnsafe(duration)
  const sign = signed < 0n ? "-" : ""
  const nanos = signed < 0n ? -signed : signed
  if (nanos === 0n) return "0s"
  if (nanos < 1_000n) return `${sign}${nanos}ns`
  if (nanos < 1_000_000n) return `${sign}${decimal(nanos, 3)}\u00b5s`
  if (nanos < 1_000_000_000n) return `${sign}${decimal(nanos, 6)}ms`
  const seconds = `${decimal(nanos % 60_000_000_000n, 9)}s`
  const minutes = nanos / 60_000_000_000n
  if (minutes === 0n) return `${sign}${seconds}`
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

/** Takes fractions as Go does: digits that do not fit in 63 bits are ignored, and the product is a float. */
const fractionNanos = (digits: string, unit: bigint): bigint => {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    if (value > maxNanos / 10n) break
    value = value * 10n + BigInt(digit)
    scale *= 10
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)))
}

/** Writes `value / 10^digits` without trailing zeros. */
const decimal = (value: bigint, digits: number): string => {
  const scale = 10n ** BigInt(digits)
  const fraction = (value % scale)
    .toString()
    .padStart(digits, "0")
    .replace(/(?<!0)0+$/, "")
  return fraction === "" ? `${value / scale}` : `${value / scale}.${fraction}`
}
