/**
 * Flags as data: what a flag is called, what it takes, and how its text becomes a value. Help, completion and parsing
 * all read the same description. Nothing here loads Effect, so that `--help` and completion start as fast as Node does
 * (`effect/cli` alone costs 70 ms, and has neither kubectl's `-v` nor its `--wait=false`).
 *
 * @since 0.1.0
 */

/**
 * What decoding a flag's text gives: its value, or what is wrong with it.
 *
 * @category models
 * @since 0.1.0
 */
export type Decoded<A> = { readonly value: A } | { readonly problem: string }

/**
 * Values that a kubeconfig or a cluster knows, and completion asks for. `objects` are written as `secret/NAME`.
 *
 * @category models
 * @since 0.1.0
 */
export type Live =
  | "contexts"
  | "clusters"
  | "users"
  | "namespaces"
  | "webhook certificates"
  | "package repositories"
  | "objects"

/**
 * The description of one flag whose value is an `A`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Flag<out A> {
  readonly description: string
  /** A single letter, without its dash. */
  readonly short?: string
  /** Other long names, without dashes. */
  readonly aliases?: ReadonlyArray<string>
  /** The word for the value in help; absent for a switch. */
  readonly metavar?: string
  readonly choices?: ReadonlyArray<string>
  /** What completion offers for the value. */
  readonly live?: Live
  /** The value when the flag is written without one; a flag that has it takes a value only after `=`. */
  readonly bare?: string
  /** A switch that is on unless it is negated; help shows both forms. */
  readonly isOn?: boolean
  readonly repeatable?: boolean
  /** The heading it stands under in help. */
  readonly group?: string
  /** Decodes the texts given, none when the flag is absent. */
  readonly decode: (texts: ReadonlyArray<string>) => Decoded<A>
}

/**
 * Flags by their name in code; `requestTimeout` is `--request-timeout` on the command line.
 *
 * @category models
 * @since 0.1.0
 */
export type Flags = Readonly<Record<string, Flag<unknown>>>

/**
 * The values that a set of flags decodes to.
 *
 * @category models
 * @since 0.1.0
 */
export type Values<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer A> ? A : never }

type Details = Omit<Flag<unknown>, "decode" | "description" | "metavar" | "bare" | "repeatable" | "choices">

const last = (texts: ReadonlyArray<string>): string | undefined => texts[texts.length - 1]

const optional =
  <A>(decode: (text: string) => Decoded<A>) =>
  (texts: ReadonlyArray<string>): Decoded<A | undefined> => {
    const text = last(texts)
    return text === undefined ? { value: undefined } : decode(text)
  }

const truth: ReadonlyMap<string, boolean> = new Map([
  ...["true", "t", "1"].map((text) => [text, true] as const),
  ...["false", "f", "0"].map((text) => [text, false] as const)
])

/**
 * A switch: `--wait`, `--wait=false`, `--no-wait`. `undefined` when it is not given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toggle = (description: string, details: Details = {}): Flag<boolean | undefined> => ({
  ...details,
  description,
  bare: "true",
  decode: optional((text) => {
    const value = truth.get(text.toLowerCase())
    return value === undefined ? { problem: "expected true or false" } : { value }
  })
})

/**
 * A flag that takes any text; the last one given counts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const text = (description: string, metavar: string, details: Details = {}): Flag<string | undefined> => ({
  ...details,
  description,
  metavar,
  decode: optional((value) => (value === "" ? { problem: "expected a value, got nothing" } : { value }))
})

/**
 * A flag that may be given many times.
 *
 * @category constructors
 * @since 0.1.0
 */
export const texts = (description: string, metavar: string, details: Details = {}): Flag<ReadonlyArray<string>> => ({
  ...details,
  description,
  metavar,
  repeatable: true,
  decode: (values) => (values.includes("") ? { problem: "expected a value, got nothing" } : { value: values })
})

/**
 * A flag that takes one of some words. With `bare` it may stand without a value.
 *
 * @category constructors
 * @since 0.1.0
 */
export const choice = <const C extends string>(
  description: string,
  choices: ReadonlyArray<C>,
  details: Details & { readonly bare?: C } = {}
): Flag<C | undefined> => ({
  ...details,
  description,
  choices,
  metavar: choices.join("|"),
  decode: optional((given) => {
    const value = choices.find((one) => one === given)
    return value === undefined ? { problem: `expected one of ${choices.join(", ")}` } : { value }
  })
})

/**
 * A flag that takes a whole number from `minimum` up.
 *
 * @category constructors
 * @since 0.1.0
 */
export const integer = (
  description: string,
  metavar: string,
  details: Details & { readonly minimum: number }
): Flag<number | undefined> => ({
  ...details,
  description,
  metavar,
  decode: optional((given) => {
    const value = /^[+-]?\d+$/.test(given) ? Number(given) : Number.NaN
    return Number.isSafeInteger(value) && value >= details.minimum
      ? { value }
      : { problem: `expected a whole number from ${details.minimum} up` }
  })
})

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration as Kubernetes writes it (`500ms`, `30s`, `1m30s`, `1h`); a bare number is seconds, as for
 * kubectl's `--request-timeout`. `undefined` for anything else.
 *
 * **Example** (Reading durations)
 *
 * ```ts import.meta.vitest
 * import * as Flag from "@holdfast/cli/commandline/Flag"
 *
 * Flag.parseDuration("1m30s") // => 90_000
 * Flag.parseDuration("-5s") // => undefined
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const parseDuration = (given: string): number | undefined => {
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(given)) return undefined
  return [...given.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (units[unit as string] as number),
    0
  )
}

/**
 * A flag that takes a duration, in milliseconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const duration = (description: string, details: Details = {}): Flag<number | undefined> => ({
  ...details,
  description,
  metavar: "DURATION",
  decode: optional((given) => {
    const value = parseDuration(given)
    return value !== undefined && value <= 366 * 86_400_000
      ? { value }
      : { problem: "expected a duration such as 500ms, 30s or 1m30s, at most a year" }
  })
})

/**
 * The long name of a flag on the command line, without dashes.
 *
 * @category conversions
 * @since 0.1.0
 */
export const longName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
