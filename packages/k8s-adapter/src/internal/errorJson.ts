/**
 * Errors as plain JSON. A cause is cut down to names, codes and messages: it may hold sockets, whole certificates and
 * answers, which belong neither into a log nor into a report.
 */
import * as Duration from "effect/Duration"

const causeLimit = 5

const causeChain = (cause: unknown, depth = 0): unknown => {
  if (cause === undefined || cause === null || depth >= causeLimit) return undefined
  if (typeof cause !== "object") return String(cause)
  const { name, code, message, cause: next } = cause as Record<string, unknown>
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(next === undefined ? {} : { cause: causeChain(next, depth + 1) })
  }
}

export const toJson = (
  error: { readonly _tag: string; readonly message: string; readonly hint: string; readonly cause?: unknown },
  derived: Record<string, unknown> = {}
): unknown => {
  const { _tag, cause, ...data } = error as typeof error & Record<string, unknown>
  const plain: Record<string, unknown> = { _tag, message: error.message, hint: error.hint }
  for (const [key, value] of Object.entries({ ...data, ...derived })) {
    if (value === undefined || key === "message" || key === "hint") continue
    plain[key] = Duration.isDuration(value) ? Duration.format(value) : value
  }
  if (cause !== undefined) plain["cause"] = causeChain(cause)
  return plain
}
