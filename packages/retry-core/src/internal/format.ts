import * as Duration from "effect/Duration"

/** Writes milliseconds for a person to read: `1.2s`, `300ms`, `2m 5s`. */
export const formatMillis = (millis: number): string =>
  millis < 1000
    ? `${Math.round(millis)}ms`
    : millis < 60_000
      ? `${Math.round(millis / 100) / 10}s`
      : Duration.format(Duration.millis(Math.round(millis / 1000) * 1000))

const limit = 1000

/** What a history keeps of an error: never more than a thousand characters, and no reference to the error. */
export const summarize = (error: unknown): { readonly tag: string; readonly message: string } => {
  const tag = tagOf(error)
  const message = messageOf(error, tag)
  return { tag, message: message.length > limit ? `${message.slice(0, limit - 1)}…` : message }
}

const tagOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return typeof error
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  if ("name" in error && typeof error.name === "string") return error.name
  return "object"
}

const messageOf = (error: unknown, tag: string): string => {
  if (typeof error !== "object" || error === null) return String(error)
  return "message" in error && typeof error.message === "string" && error.message !== "" ? error.message : tag
}
