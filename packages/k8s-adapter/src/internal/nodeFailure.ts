/**
 * Finds the error that matters in what a Node client throws: fetch wraps it one level down in `cause`, a connection to
 * several addresses in `errors`.
 */
import { property, stringOf } from "./status.ts"

export interface NodeFailure {
  readonly name: string
  readonly code: string
  readonly message: string
  /** OpenSSL's words, or Node's explanation of a wrong host name. */
  readonly reason: string
  readonly error: unknown
}

const read = (error: unknown): NodeFailure => ({
  name: stringOf(property(error, "name")) ?? "",
  code: stringOf(property(error, "code")) ?? "",
  message: typeof error === "string" ? error : (stringOf(property(error, "message")) ?? ""),
  reason: stringOf(property(error, "reason")) ?? "",
  error
})

const limit = 32

/** The error and everything that it wraps, outermost first; bounded, since causes may form a circle. */
export const failures = (error: unknown): ReadonlyArray<NodeFailure> => {
  const queue: Array<unknown> = [error]
  const seen = new Set<unknown>()
  for (let i = 0; i < queue.length && i < limit; i++) {
    const current = queue[i]
    if (current === undefined || current === null || seen.has(current)) continue
    seen.add(current)
    queue.push(property(current, "cause"))
    const errors = property(current, "errors")
    if (Array.isArray(errors)) queue.push(...errors.slice(0, limit))
  }
  return Array.from(seen, read)
}

/** Advice of Node 24 to whoever starts it, which a user of ours does not. */
const nodesAdvice = /; if the root CA is installed locally, try running Node\.js with --use-system-ca$/

/**
 * What it says. OpenSSL's line has its words between thread ids, error numbers and source files; fetch gives them apart.
 */
export const wordsOf = ({ message, reason }: Pick<NodeFailure, "message" | "reason">): string => {
  const openssl = /:SSL routines:[^:]{0,100}:([^:]{1,200}):/.exec(message.slice(0, 2000))?.[1]
  return openssl ?? (reason === "" ? message.replace(nodesAdvice, "") : reason)
}
