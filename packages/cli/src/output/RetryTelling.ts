/**
 * From the events of retry-core to progress and timeline: every attempt is told with the webhook, the reason, the wait
 * and what ended the wait.
 *
 * @since 0.1.0
 */
import type { ClientError } from "@holdfast/k8s-adapter/KubernetesClient"
import type { AttemptTimeout } from "@holdfast/retry-core/RetryErrors"
import type { RetryEvent } from "@holdfast/retry-core/RetryEvent"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CommandFailed } from "../retry/CommandFailed.ts"
import type { CommandError } from "./CommandError.ts"
import { Progress } from "./Progress.ts"
import type { TimelineEntry } from "./Timeline.ts"

/**
 * The errors of what is retried here.
 *
 * @category models
 * @since 0.1.0
 */
export type Tellable = ClientError | CommandFailed | CommandError

/**
 * Tells retry events, and keeps them.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryTelling {
  readonly onEvent: (subject: string) => (event: RetryEvent<Tellable>) => Effect.Effect<void>
  readonly entries: () => ReadonlyArray<TimelineEntry>
  /** How often a subject was tried: once when nothing had to be told about it. */
  readonly attemptsOf: (subject: string) => number
  /** Milliseconds since the command began. */
  readonly elapsed: Effect.Effect<number>
}

interface Told {
  readonly reason: string
  readonly webhook: string | undefined
  readonly detail: string
}

const describe = (error: Tellable | AttemptTimeout): Told => {
  switch (error._tag) {
    case "CertificateError":
      return { reason: error.reason, webhook: error.webhook, detail: error.detail }
    case "CommandFailed":
      return { reason: error.reason ?? "passing error", webhook: error.webhook, detail: error.detail }
    case "WebhookUnavailable":
      return { reason: "webhook-unavailable", webhook: error.webhook, detail: error.explanation }
    default:
      return {
        reason: error._tag,
        webhook: undefined,
        detail: "detail" in error && typeof error.detail === "string" ? error.detail : error.message
      }
  }
}

/**
 * Makes the telling of one command; its clock starts now.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<RetryTelling, never, Progress> = Effect.gen(function* () {
  const progress = yield* Progress
  const start = yield* Clock.currentTimeMillis
  const entries: Array<TimelineEntry> = []
  const elapsed = Effect.map(Clock.currentTimeMillis, (now) => now - start)

  const onEvent = (subject: string) =>
    Effect.fnUntraced(function* (event: RetryEvent<Tellable>) {
      const at = yield* elapsed
      switch (event._tag) {
        case "AttemptFailed": {
          const { reason, webhook, detail } = describe(event.error)
          const { number: attempt } = event.attempt
          const { delay } = event
          const before = entries.findLast((entry) => entry.subject === subject)
          const repeated = before?.message === detail && before.webhook === webhook
          entries.push({ at, subject, attempt, outcome: "failed", webhook, reason, message: detail, delay })
          const { elapsed: spent } = event
          yield* progress.tell({
            type: "Retry",
            subject,
            attempt,
            webhook,
            reason,
            detail,
            repeated,
            delay,
            elapsed: spent
          })
          return yield* progress.tell({ type: "Waiting", key: subject, text: `${subject}: ${reason}` })
        }
        case "Retrying": {
          const { attempt, waited, endedBy, hint } = event
          const last = entries.findLastIndex((entry) => entry.subject === subject)
          const failed = entries[last]
          if (failed !== undefined) entries[last] = { ...failed, waited, endedBy, hint }
          return yield* progress.tell({ type: "Retrying", subject, attempt, waited, endedBy, hint })
        }
        case "Recovered": {
          entries.push({ at, subject, attempt: event.attempt, outcome: "succeeded" })
          yield* progress.tell({ type: "Waiting", key: subject, text: undefined })
          return yield* progress.tell({
            type: "Recovered",
            subject,
            attempts: event.attempt,
            elapsed: event.elapsed
          })
        }
        case "GaveUp": {
          yield* progress.tell({ type: "Waiting", key: subject, text: undefined })
          if (event.reason === "permanent" && event.history.total <= 1) return
          const { reason, webhook, detail } = describe(event.error)
          const attempts = event.history.total
          entries.push({ at, subject, attempt: attempts, outcome: "gave-up", webhook, reason, message: detail })
          return yield* progress.tell({
            type: "GaveUp",
            subject,
            attempts,
            elapsed: event.elapsed,
            reason: event.reason
          })
        }
      }
    })

  const attemptsOf = (subject: string) =>
    entries.reduce((most, entry) => (entry.subject === subject ? Math.max(most, entry.attempt) : most), 1)

  return { onEvent, entries: () => entries, attemptsOf, elapsed }
})
