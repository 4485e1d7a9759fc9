/**
 * The metrics of rotations, one set for each WebhookCertificate. They end with it.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { RotationState } from "../rotation/RotationState.ts"
import { type Action, isProven, type RotationView, type Wait } from "../rotation/RotationView.ts"
import type { WebhookCertificate } from "./WebhookCertificate.ts"

/**
 * Shows rotations.
 *
 * @category models
 * @since 0.1.0
 */
export interface CertificateMetrics {
  /** Shows how a rotation stands, in place of what was shown of it before. */
  readonly show: (webhook: WebhookCertificate, view: RotationView) => Effect.Effect<void>
  /** Counts a rotation that an action ends. */
  readonly count: (action: Exclude<Action, Wait>, view: RotationView) => Effect.Effect<void>
  /** Shows nothing of a WebhookCertificate any more. */
  readonly forget: (id: string) => Effect.Effect<void>
}

interface Shown {
  readonly gauge: Metric.Metric<number, Metric.GaugeState<number>>
  readonly labels: Readonly<Record<string, string>>
  readonly value: () => number
}

/**
 * Makes metrics that end with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<CertificateMetrics, never, Scope.Scope> = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const clock = yield* Clock.Clock
  const shown = new Map<string, Map<string, { value: () => number; readonly remove: () => void }>>()

  const replace = (id: string, wanted: ReadonlyArray<Shown>) => {
    const before = shown.get(id) ?? new Map()
    const after: typeof before = new Map()
    for (const { gauge, labels, value } of wanted) {
      const key = `${gauge.id} ${JSON.stringify(labels)}`
      const entry = before.get(key) ?? { value, remove: () => {} }
      entry.value = value
      after.set(
        key,
        before.has(key)
          ? entry
          : Object.assign(entry, {
              remove: Metric.registerUnsafe(Metric.withAttributes(gauge, labels), context, {
                get: () => ({ value: entry.value() }),
                update: () => {},
                modify: () => {}
              }).remove
            })
      )
    }
    for (const [key, { remove }] of before) if (!after.has(key)) remove()
    if (after.size === 0) shown.delete(id)
    else shown.set(id, after)
  }
  yield* Effect.addFinalizer(() => Effect.sync(() => Array.from(shown.keys(), (id) => replace(id, []))))

  return {
    show: (webhook, view) =>
      Effect.sync(() =>
        replace(
          webhook.id,
          gaugesOf(webhook, view, () => clock.currentTimeMillisUnsafe())
        )
      ),
    count: (action, { state }) => {
      const ended = action._tag === "Persist" && state !== undefined ? endedBy(state, action.state) : undefined
      return ended === undefined ? Effect.void : Metric.update(Metric.withAttributes(rotations, ended), 1)
    },
    forget: (id) => Effect.sync(() => replace(id, []))
  }
})

const gauge = (name: string, description: string) => Metric.gauge(name, { description })
const notAfter = gauge("holdfast_certificate_not_after_timestamp_seconds", "When a certificate ends, as Unix time")
const phase = gauge("holdfast_rotation_phase", "1 for the phase that a rotation is in")
const phaseSeconds = gauge("holdfast_rotation_phase_seconds", "For how long a rotation has been in its phase")
const trusts = gauge("holdfast_target_trusts", "Whether a target has a CA in its bundle")
const proven = gauge("holdfast_apiserver_proven", "Whether an API server was seen to trust the newest CA")
const rotations = Metric.counter("holdfast_rotations_total", {
  description: "Rotations that came to an end",
  incremental: true
})

const roles = ["previous", "current", "next"] as const

const gaugesOf = (
  { name, namespace }: WebhookCertificate,
  view: RotationView,
  now: () => number
): ReadonlyArray<Shown> => {
  const { state } = view
  if (state === undefined) return []
  const of = (gauge: Shown["gauge"], labels: Shown["labels"], value: () => number): Shown => ({
    gauge,
    labels: { namespace, name, ...labels },
    value
  })
  const certificates = {
    leaf: state.leaf,
    staged: state.staged,
    ...Object.fromEntries(roles.map((r) => [r, state[r]]))
  }
  return [
    ...Object.entries(certificates).flatMap(([role, span]) =>
      span === undefined ? [] : [of(notAfter, { role }, () => span.notAfter / 1_000)]
    ),
    of(phase, { phase: state.phase }, () => 1),
    of(phaseSeconds, {}, () => Math.max(0, now() - state.since) / 1_000),
    ...view.targets.flatMap(({ bundle, name: target }) =>
      roles.flatMap((role) => {
        const authority = state[role]
        if (authority === undefined) return []
        const isTrusted = bundle.some(({ id }) => id === authority.id)
        return [of(trusts, { target, ca: role }, () => Number(isTrusted))]
      })
    ),
    ...view.apiServers.map((endpoint) => {
      const isIt = isProven(view, endpoint)
      return of(proven, { endpoint }, () => Number(isIt))
    })
  ]
}

/** Which rotation is over when one state follows the other. */
const endedBy = (
  before: RotationState,
  after: RotationState
): { readonly kind: string; readonly outcome: string } | undefined => {
  if (before.phase === "LEAF" && after.phase === "STABLE") return { kind: "leaf", outcome: "completed" }
  if (before.phase === "RETIRE" && after.phase === "STABLE") {
    return { kind: before.cause ?? "forced", outcome: "completed" }
  }
  if (before.phase === "PROVE" && after.phase === "STAGE") {
    return { kind: before.cause ?? "forced", outcome: "begun-again" }
  }
  return undefined
}
