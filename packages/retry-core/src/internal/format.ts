/** Writes milliseconds for a person to read: `300ms`, `1.2s`, `2m5s`. */
export const formatMillis = (millis: number): string => {
  // Rounded before it is compared: 999.99 ms, as differences of clock readings are, is a second.
  if (Math.round(millis) < 1000) return `${Math.round(millis)}ms`
  if (Math.round(millis / 100) < 600) return `${Math.round(millis / 100) / 10}s`
  const seconds = Math.round(millis / 1000)
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`
}

const limit = 1000

/** What a history keeps of an error: never more than a thousand characters, and no reference to the error. */
export const summarize = (error: unknown): { readonly tag: string; readonly message: string } => {
  const tag = tagOf(error)
  const message = messageOf(error, tag)
  return { tag, message: message.length > limit ? `${message.slice(0, limit - 1)}…` : message }
}

const tagOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return typeof error
  const { _tag, name } = error as { readonly _tag?: unknown; readonly name?: unknown }
  return typeof _tag === "string" ? _tag : typeof name === "string" ? name : "object"
}

const messageOf = (error: unknown, tag: string): string => {
  if (typeof error !== "object" || error === null) return String(error)
  const { message } = error as { readonly message?: unknown }
  return typeof message === "string" && message !== "" ? message : tag
}
