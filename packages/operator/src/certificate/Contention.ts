/**
 * Counts who changes what a rotation has published. Once is a mistake, and is put right; again and again it is a dispute
 * that only people can settle.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { FoundTarget } from "../target/Target.ts"

/**
 * A publication that was changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Change {
  readonly target: string
  /** The field manager that did; `undefined` where the object does not tell, as when a field was only taken away. */
  readonly manager: string | undefined
  readonly at: number
}

/**
 * Who did it, in words.
 *
 * @category getters
 * @since 0.1.0
 */
export const culprit = ({ manager }: Pick<Change, "manager">): string =>
  manager === undefined ? "somebody that the object does not name" : `the field manager "${manager}"`

/**
 * Remembers the changes of the last ten minutes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Contention {
  /**
   * Takes in the targets as they were found, `now` in milliseconds. Gives what was changed, and asks for the managers of
   * those targets alone.
   */
  readonly observe: <E, R>(
    certificate: string,
    targets: ReadonlyArray<FoundTarget>,
    now: number,
    managers: (target: FoundTarget) => Effect.Effect<ReadonlyArray<string>, E, R>
  ) => Effect.Effect<ReadonlyArray<Change>, E, R>
  /** Who changed a target more than three times in ten minutes, as a sentence. */
  readonly dispute: (certificate: string, now: number) => string | undefined
  readonly forget: (certificate: string) => void
}

/** Ten minutes. */
const memory = 600_000
const most = 3

/**
 * Makes one that remembers nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Contention => {
  const changes = new Map<string, ReadonlyArray<Change>>()
  /** The version of each target in which a change was counted, and whether the target was published before. */
  const seen = new Map<string, { readonly version: string; readonly wasPublished: boolean }>()
  const recent = (certificate: string, now: number) =>
    (changes.get(certificate) ?? []).filter(({ at }) => now - at < memory)

  return {
    observe: Effect.fnUntraced(function* (certificate, targets, now, managers) {
      const found: Array<Change> = []
      for (const target of targets) {
        const { epoch, name, resourceVersion } = target
        const key = `${certificate} ${name}`
        const before = seen.get(key)
        seen.set(key, { version: resourceVersion, wasPublished: epoch > 0 || before?.wasPublished === true })
        // What was never published is only new here.
        if (epoch > 0 || before?.wasPublished !== true || before.version === resourceVersion) continue
        const [manager] = yield* managers(target)
        found.push({ target: name, manager, at: now })
        yield* Metric.update(Metric.withAttributes(repairs, { target: name, manager: manager ?? "unknown" }), 1)
      }
      changes.set(certificate, [...recent(certificate, now), ...found])
      return found
    }),
    dispute: (certificate, now) => {
      const counts = new Map<string, number>()
      for (const change of recent(certificate, now)) {
        const key = `${change.target} was changed by ${culprit(change)}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      const [worst] = [...counts].filter(([, count]) => count > most).sort(([, a], [, b]) => b - a)
      return worst && `${worst[0]} ${worst[1]} times in ten minutes: have it leave the caBundle alone`
    },
    forget: (certificate) => {
      changes.delete(certificate)
      for (const key of seen.keys()) if (key.startsWith(`${certificate} `)) seen.delete(key)
    }
  }
}

const repairs = Metric.counter("holdfast_cabundle_repairs_total", {
  description: "Publications that others changed, and that were put right",
  incremental: true
})
