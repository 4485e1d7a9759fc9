/**
 * What a command told while it ran, put in order by object: when it was worked on, when it was waited for, every
 * attempt, and how it ended.
 *
 * @since 0.1.0
 */
import type { ProgressEvent } from "../output/ProgressEvent.ts"
import { line } from "../output/ProgressText.ts"

/**
 * An event, and when it was told, in milliseconds since the command began.
 *
 * @category models
 * @since 0.1.0
 */
export interface Told {
  readonly at: number
  readonly event: ProgressEvent
}

/**
 * A stretch of time of one object: worked on with or without success, or waited for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Span {
  readonly kind: "work" | "failed" | "wait"
  readonly from: number
  readonly to: number
  readonly text: string
}

/**
 * An attempt that failed, and the wait after it.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailedAttempt {
  readonly number: number
  readonly at: number
  readonly reason: string
  readonly webhook: string | undefined
  readonly detail: string
  readonly waited: number | undefined
  readonly endedBy: string | undefined
}

/**
 * The time of one object.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lane {
  readonly subject: string
  /** The phase in which it was first worked on or waited for. */
  readonly phase: string
  readonly spans: ReadonlyArray<Span>
  readonly attempts: ReadonlyArray<FailedAttempt>
  readonly outcome: string
  readonly failed: boolean
}

/**
 * A whole run.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunRecord {
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>
  readonly lanes: ReadonlyArray<Lane>
  readonly lines: ReadonlyArray<{ readonly at: number; readonly mark: string; readonly text: string }>
}

interface OpenLane {
  readonly subject: string
  readonly phase: string
  readonly spans: Array<Span>
  readonly attempts: Array<FailedAttempt>
  open: { readonly kind: "work" | "wait" | "backoff"; readonly from: number; readonly text: string } | undefined
  outcome: string | undefined
  failed: boolean
}

const endings = { timer: "timer", wake: "woken", deadline: "cut by the deadline" } as const

/**
 * Puts a run in order; `duration` is how long it took, and closes what never ended.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (told: ReadonlyArray<Told>, duration: number): RunRecord => {
  const facts = new Map<string, string>()
  const lanes = new Map<string, OpenLane>()
  let phase = ""

  const laneOf = (subject: string): OpenLane => {
    const found = lanes.get(subject)
    if (found !== undefined) return found
    const lane: OpenLane = {
      subject,
      phase,
      spans: [],
      attempts: [],
      open: undefined,
      outcome: undefined,
      failed: false
    }
    lanes.set(subject, lane)
    return lane
  }
  const begin = (lane: OpenLane, at: number, kind: "work" | "wait" | "backoff", text: string) => {
    end(lane, at)
    lane.open = { kind, from: at, text }
  }
  const end = (lane: OpenLane, at: number, kind?: Span["kind"], text?: string) => {
    if (lane.open === undefined) return
    const { open } = lane
    lane.open = undefined
    lane.spans.push({
      kind: kind ?? (open.kind === "work" ? "work" : "wait"),
      from: open.from,
      to: at,
      text: text ?? open.text
    })
  }

  const hear = ({ at, event }: Told): void => {
    switch (event.type) {
      case "Phase":
        phase = event.title
        return
      case "Fact":
        facts.set(event.name, event.value)
        return
      case "Began":
        begin(laneOf(event.subject), at, "work", "attempt 1")
        return
      case "Ended": {
        const lane = laneOf(event.subject)
        end(lane, at, event.failed ? "failed" : undefined)
        lane.outcome = event.outcome
        lane.failed = event.failed
        return
      }
      case "Waiting": {
        const lane = event.text === undefined ? lanes.get(event.key) : laneOf(event.key)
        // An attempt, and the wait between two, know better what they are.
        if (lane === undefined || lane.open?.kind === "work" || lane.open?.kind === "backoff") return
        if (event.text === undefined) end(lane, at)
        else begin(lane, at, "wait", event.text)
        return
      }
      case "Retry": {
        const lane = laneOf(event.subject)
        if (lane.open?.kind !== "work") begin(lane, Math.max(0, at - event.elapsed), "work", `attempt ${event.attempt}`)
        const { attempt: number, reason, webhook, detail } = event
        end(lane, at, "failed", `attempt ${number} failed: ${reason}`)
        lane.attempts.push({ number, at, reason, webhook, detail, waited: undefined, endedBy: undefined })
        begin(lane, at, "backoff", `until attempt ${number + 1}`)
        return
      }
      case "Retrying": {
        const lane = laneOf(event.subject)
        const by = `${endings[event.endedBy]}${event.hint === undefined ? "" : `: ${event.hint}`}`
        end(lane, at, undefined, `waited before attempt ${event.attempt} (${by})`)
        const last = lane.attempts.pop()
        if (last !== undefined) lane.attempts.push({ ...last, waited: event.waited, endedBy: by })
        begin(lane, at, "work", `attempt ${event.attempt}`)
        return
      }
      case "Recovered": {
        const lane = laneOf(event.subject)
        end(lane, at)
        lane.outcome = `succeeded at attempt ${event.attempts}`
        return
      }
      case "GaveUp": {
        const lane = laneOf(event.subject)
        end(lane, at, "failed", `attempt ${event.attempts} failed`)
        lane.outcome = `gave up after ${event.attempts} ${event.attempts === 1 ? "attempt" : "attempts"} (${event.reason})`
        lane.failed = true
        return
      }
    }
  }

  for (const one of told) hear(one)
  const finished = [...lanes.values()].map((lane): Lane => {
    const unfinished = lane.open !== undefined
    end(lane, duration)
    const { subject, phase, spans, attempts, failed } = lane
    const counted = attempts.length > 0 && !failed ? `, at attempt ${attempts.length + 1}` : ""
    const outcome = unfinished ? "not finished" : lane.outcome === undefined ? "done" : outcomeOf(lane.outcome, counted)
    return { subject, phase, spans, attempts, outcome, failed: failed || unfinished }
  })
  const lines = told.flatMap(({ at, event }) => {
    const said = event.type === "Waiting" ? undefined : line(event)
    return said === undefined ? [] : [{ at, ...said }]
  })
  return { facts: [...facts], lanes: finished, lines }
}

const outcomeOf = (outcome: string, counted: string): string =>
  outcome.includes("attempt") ? outcome : `${outcome}${counted}`
