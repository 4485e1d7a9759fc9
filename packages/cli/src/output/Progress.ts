/**
 * Tells the progress of a command on standard error: a view that is redrawn in place on a terminal, plain lines where
 * it is piped, JSON lines on request.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Host } from "../Host.ts"
import { format } from "./Durations.ts"
import * as Paint from "./Paint.ts"
import type { ProgressEvent } from "./ProgressEvent.ts"
import { line, paintLine } from "./ProgressText.ts"
import { truncate } from "./TextWidth.ts"

/**
 * How progress is told.
 *
 * @category options
 * @since 0.1.0
 */
export interface Options {
  readonly format: "text" | "json"
  /** With `false` only retries, warnings and failures are told. */
  readonly all: boolean
  /** Hears everything that is told, whatever of it is shown. */
  readonly listen?: ((progress: Shape) => Shape) | undefined
}

/**
 * The operations of {@link Progress}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  readonly tell: (event: ProgressEvent) => Effect.Effect<void>
}

const important: ReadonlySet<ProgressEvent["type"]> = new Set(["Warning", "Retry", "Retrying", "Recovered", "GaveUp"])

interface Wait {
  readonly text: string
  readonly since: number
  readonly told: boolean
}

/** A wait that is over sooner is no news for a log. */
const newsAfter = 1000

/** Lines in a log; a wait is told when it has lasted a moment, and again when its reason changes. */
const lines = Effect.fnUntraced(function* (
  write: (event: ProgressEvent) => Effect.Effect<void>
): Effect.fn.Return<Shape, never, Scope.Scope> {
  const waits = new Map<string, Wait>()
  const overdue = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.forEach(
      [...waits].filter(([, wait]) => !wait.told && now - wait.since >= newsAfter),
      ([key, wait]) => {
        waits.set(key, { ...wait, told: true })
        return write({ type: "Waiting", key, text: wait.text })
      },
      { discard: true }
    )
  )
  yield* Effect.forkScoped(Effect.repeat(overdue, Schedule.spaced("250 millis")))
  return {
    tell: (event) =>
      event.type !== "Waiting"
        ? write(event)
        : Effect.map(Clock.currentTimeMillis, (now) => {
            const { key, text } = event
            const before = waits.get(key)
            if (text === undefined) waits.delete(key)
            else if (before?.text !== text) waits.set(key, { text, since: before?.since ?? now, told: false })
          })
  }
})

/** Plain lines. */
const plain = (host: Host) => {
  const paint = Paint.make(Paint.wanted(host, host.stderr))
  return lines((event) =>
    Effect.sync(() => {
      const said = line(event)
      if (said !== undefined) host.stderr.write(`${paintLine(said, paint)}\n`)
    })
  )
}

/** One JSON object a line, with the time and the same words as the plain lines. */
const json = (host: Host) =>
  lines((event) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const said = line(event)
      if (said === undefined) return
      const level =
        said.mark === "warning" || said.mark === "retry" ? "warn" : said.mark === "failed" ? "error" : "info"
      const { type, ...fields } = event
      const record = { time: new Date(now).toISOString(), level, message: said.text, event: type, ...fields }
      host.stderr.write(`${JSON.stringify(record)}\n`)
    })
  )

const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

/** Lines that stay, and under them, redrawn ten times a second, what is waited for. */
const live = Effect.fnUntraced(function* (host: Host): Effect.fn.Return<Shape, never, Scope.Scope> {
  const paint = Paint.make(Paint.wanted(host, host.stderr))
  const waits = new Map<string, { readonly text: string; readonly since: number }>()
  let shown = 0
  let frame = 0
  const erase = () => (shown === 0 ? "" : `\u001b[${shown}A\r\u001b[J`)
  const block = (now: number): string => {
    const columns = Math.max(10, host.stderr.columns())
    const room = Math.max(1, Math.min(8, host.stderr.rows() - 2))
    const entries = [...waits.values()]
    const lines = entries.slice(0, entries.length > room ? room - 1 : room).map(({ text, since }) => {
      const age = ` ${format(now - since)}`
      return `${paint.cyan(frames[frame % frames.length] as string)} ${truncate(text, columns - 3 - age.length)}${paint.dim(age)}`
    })
    if (entries.length > room)
      lines.push(paint.dim(truncate(`  and ${entries.length - lines.length} more`, columns - 1)))
    shown = lines.length
    return lines.map((one) => `${one}\n`).join("")
  }
  const draw = (above: string) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      host.stderr.write(`${erase()}${above}${block(now)}`)
    })
  yield* Effect.sync(() => {
    frame++
  }).pipe(
    Effect.andThen(Effect.suspend(() => (waits.size === 0 && shown === 0 ? Effect.void : draw("")))),
    Effect.repeat(Schedule.spaced("100 millis")),
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => host.stderr.write(erase())))
  return {
    tell: (event) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (event.type === "Waiting") {
          const before = waits.get(event.key)
          if (event.text === undefined) waits.delete(event.key)
          else waits.set(event.key, { text: event.text, since: before?.since ?? now })
          return draw("")
        }
        const said = line(event)
        return said === undefined ? Effect.void : draw(`${paintLine(said, paint)}\n`)
      })
  }
})

/**
 * Tells the progress of a command.
 *
 * @category services
 * @since 0.1.0
 */
export class Progress extends Context.Service<Progress, Shape>()("@holdfast/cli/Progress") {
  /** The teller that fits the host and the flags. */
  static readonly layer = (host: Host, options: Options): Layer.Layer<Progress> =>
    Layer.effect(
      Progress,
      Effect.gen(function* () {
        const teller =
          options.format === "json"
            ? yield* json(host)
            : options.all && Paint.isLive(host, host.stderr)
              ? yield* live(host)
              : yield* plain(host)
        const shown: Shape = options.all
          ? teller
          : { tell: (event) => (important.has(event.type) ? teller.tell(event) : Effect.void) }
        return options.listen?.(shown) ?? shown
      })
    )
}

/**
 * Tells an event.
 *
 * @category operations
 * @since 0.1.0
 */
export const tell = (event: ProgressEvent): Effect.Effect<void, never, Progress> =>
  Effect.flatMap(Progress, (progress) => progress.tell(event))
