/**
 * Reading an answer of unknown shape: a `Status` as an object, as JSON in a string, plain text, HTML, or nothing.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { StatusCause, StatusDetails } from "../ApiError.ts"

/** What the answer says, whatever its shape. */
export interface StatusText {
  readonly reason: string
  readonly message: string
  readonly details?: StatusDetails
  /** The answer was a `Status`. */
  readonly structured: boolean
}

type Fields = { readonly [key: string]: unknown }

/** Reads a property of anything, a throwing getter included. */
export const property = (value: unknown, key: string): unknown =>
  (typeof value === "object" && value !== null) || typeof value === "function"
    ? Option.getOrUndefined(Result.getSuccess(Result.try(() => (value as Fields)[key])))
    : undefined

export const stringOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** A Status holds a few kilobytes; more is somebody else's and need not be parsed. */
const parseLimit = 4 * 1024 * 1024

const parsed = (body: unknown): unknown => {
  if (typeof body !== "string") return body
  const text = body.slice(0, 200).trimStart()
  if (!text.startsWith("{") || body.length > parseLimit) return body
  return Result.getOrElse(
    Result.try((): unknown => JSON.parse(body)),
    () => body
  )
}

const optional = <K extends string>(value: unknown, key: K): { readonly [P in K]?: string } => {
  const text = stringOf(property(value, key))
  return (text === undefined ? {} : { [key]: text }) as { readonly [P in K]?: string }
}

const causeLimit = 100

const readCause = (value: unknown): StatusCause => ({
  ...optional(value, "reason"),
  ...optional(value, "message"),
  ...optional(value, "field")
})

const readDetails = (value: unknown): StatusDetails | undefined => {
  if (typeof value !== "object" || value === null) return undefined
  const causes = property(value, "causes")
  const seconds = property(value, "retryAfterSeconds")
  return {
    ...optional(value, "name"),
    ...optional(value, "group"),
    ...optional(value, "kind"),
    ...optional(value, "uid"),
    ...(Array.isArray(causes) ? { causes: causes.slice(0, causeLimit).map(readCause) } : {}),
    ...(typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? { retryAfterSeconds: seconds } : {})
  }
}

export const readStatus = (body: unknown): StatusText => {
  const value = parsed(body)
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const details = readDetails(property(value, "details"))
    return {
      reason: stringOf(property(value, "reason")) ?? "",
      message: stringOf(property(value, "message")) ?? "",
      ...(details === undefined ? {} : { details }),
      structured: property(value, "kind") === "Status"
    }
  }
  return { reason: "", message: typeof value === "string" ? value.trim() : "", structured: false }
}

/** One header, whatever its letters; the first of several values. */
export const header = (headers: unknown, name: string): string | undefined => {
  if (typeof headers !== "object" || headers === null) return undefined
  const get = property(headers, "get")
  if (typeof get === "function") {
    return stringOf(Option.getOrUndefined(Result.getSuccess(Result.try((): unknown => get.call(headers, name)))))
  }
  const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === name)
  const value = key === undefined ? undefined : property(headers, key)
  return stringOf(Array.isArray(value) ? value[0] : value)
}

/** Longer waits are somebody's mistake: a day. */
const retryAfterLimit = 86_400

/**
 * RFC 9110, section 10.2.3: seconds, or a date. The date is measured against the answer's own `Date`, so that it means
 * the same whatever our clock says.
 */
export const retryAfter = (headers: unknown, details: StatusDetails | undefined): Duration.Duration | undefined => {
  const value = header(headers, "retry-after")?.trim()
  const seconds =
    value === undefined
      ? undefined
      : /^\d{1,10}$/.test(value)
        ? Number(value)
        : (Date.parse(value) - Date.parse(header(headers, "date") ?? "")) / 1000
  const chosen = seconds !== undefined && Number.isFinite(seconds) ? seconds : details?.retryAfterSeconds
  return chosen === undefined ? undefined : Duration.seconds(Math.min(Math.max(chosen, 0), retryAfterLimit))
}

/** A URL that may be printed: without user and password. */
export const printable = (url: string): string => url.replace(/^([a-z]{1,10}:\/\/)[^/@]{1,1000}@/i, "$1")
