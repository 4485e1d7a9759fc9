/**
 * Makes kubelets refresh a mounted Secret now. A kubelet does that when it next looks at the pod, every 60 to 90 s; a
 * change of the pod, if only of an annotation, makes it look at once.
 *
 * @since 0.1.0
 */
import * as Wake from "@holdfast/retry-core/Wake"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import {
  type CalloutError,
  mountedSecrets,
  podsBehind,
  type ServiceRef,
  servicesBehind
} from "./internal/servicesBehind.ts"
import { field, list, text } from "./Json.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesObject } from "./KubernetesObject.ts"

/**
 * The annotation that a nudge writes on a pod: when it did, in RFC 3339.
 *
 * @category constants
 * @since 0.1.0
 */
export const annotation = "holdfast.dev/nudged-at"

/**
 * Pods that were nudged, and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Nudged {
  readonly namespace: string
  readonly pods: ReadonlyArray<string>
  /** The Secrets with the serving certificate that these pods mount. */
  readonly secrets: ReadonlyArray<string>
}

/**
 * When to nudge, in seconds after the first failure. The first nudge leaves the kubelet time to learn of the Secret's
 * change: an annotation within the first half second came too early and did nothing (measured).
 */
const schedule = [0.7, 3, 6, 12, 25]

/** How long after a nudge the pod may serve the new certificate, in seconds after the nudge: hints to try again. */
const syncTimes = [0.4, 0.4, 0.4, 0.6]

const certificatePem = /^LS0tLS1CRUdJTi|^-----BEGIN /

/** Whether a Secret can hold a serving certificate. */
const holdsCertificate = (secret: KubernetesObject): boolean =>
  secret["type"] === "kubernetes.io/tls" ||
  Object.values((field(secret, "data") as Record<string, unknown> | undefined) ?? {}).some(
    (value) => typeof value === "string" && certificatePem.test(value)
  )

/** The newest change that a Secret's managers left a time of, in milliseconds; `undefined` where nobody did. */
export const changedAt = (secret: KubernetesObject): number | undefined => {
  const times = [
    ...list(secret, "metadata", "managedFields").map((entry) => text(entry, "time")),
    secret.metadata.creationTimestamp ?? ""
  ]
    .map(Date.parse)
    .filter((time) => !Number.isNaN(time))
  return times.length === 0 ? undefined : Math.max(...times)
}

/** A kubelet knows of a Secret's change after this time, in milliseconds; a nudge before that does nothing. */
const tooEarly = 500

/**
 * A Secret that was never changed, in a pod whose containers began after it was there, is mounted as it is: what is
 * mounted is there before the containers begin.
 */
const isOnlyVersion = (pod: KubernetesObject, secret: KubernetesObject, changed: number): boolean => {
  const created = Date.parse(secret.metadata.creationTimestamp ?? "")
  const began = list(pod, "status", "containerStatuses").map((container) =>
    Date.parse(text(container, "state", "running", "startedAt"))
  )
  return changed <= created && began.length > 0 && began.every((time) => time >= created)
}

/** Whether what a pod has mounted may be older than the Secret; the API does not tell, so times have to. */
const mayBeStale = (pod: KubernetesObject, secret: KubernetesObject | undefined): boolean => {
  const changed = secret === undefined ? undefined : changedAt(secret)
  if (secret === undefined || changed === undefined) return true
  if (isOnlyVersion(pod, secret, changed)) return false
  const nudged = Date.parse(pod.metadata.annotations?.[annotation] ?? "")
  if (nudged > changed + 1000 + tooEarly) return false
  const started = Date.parse(text(pod, "status", "startTime"))
  // Both are whole seconds: in doubt the mount is older.
  return Number.isNaN(started) || changed >= started - 1000
}

/**
 * A pod that mounts a Secret with a certificate and may not have its newest content yet.
 *
 * @category models
 * @since 0.1.0
 */
export interface StaleMount {
  readonly namespace: string
  readonly pod: string
  readonly secret: string
  /** When the Secret was changed last, in milliseconds; `undefined` where we may not read it. */
  readonly changedAt: number | undefined
}

const secretOf = (namespace: string, name: string) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    return yield* client.get({ apiVersion: "v1", kind: "Secret", namespace, name })
  }).pipe(
    Effect.map((secret) =>
      holdsCertificate(secret) ? [{ name, secret: secret as KubernetesObject | undefined }] : []
    ),
    Effect.catchTags({
      // An optional Secret that is not there.
      NotFound: () => Effect.succeed([]),
      // Not for us to read: then that it is mounted has to do.
      Forbidden: () => Effect.succeed([{ name, secret: undefined }])
    })
  )

/**
 * The pods behind a Service, and which of their mounts may be older than the Secret.
 *
 * @category getters
 * @since 0.1.0
 */
export const mountsBehind = (
  ref: ServiceRef
): Effect.Effect<{ readonly pods: number; readonly stale: ReadonlyArray<StaleMount> }, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const pods = yield* podsBehind(ref)
    const names = [...new Set(pods.flatMap(mountedSecrets))]
    const secrets = (yield* Effect.forEach(names, (name) => secretOf(ref.namespace, name), { concurrency: 4 })).flat()
    const stale = pods.flatMap((pod) => {
      const mounted = new Set(mountedSecrets(pod))
      return secrets
        .filter(({ name, secret }) => mounted.has(name) && mayBeStale(pod, secret))
        .map(({ name, secret }) => ({
          namespace: ref.namespace,
          pod: pod.metadata.name ?? "",
          secret: name,
          changedAt: secret === undefined ? undefined : changedAt(secret)
        }))
    })
    return { pods: pods.length, stale }
  })

/**
 * Whether a pod mounts a Secret as files.
 *
 * @category getters
 * @since 0.1.0
 */
export const mounts = (pod: KubernetesObject, secretName: string): boolean => mountedSecrets(pod).includes(secretName)

/**
 * Annotates one pod. One that has gone meanwhile needs no refresh.
 *
 * @category nudging
 * @since 0.1.0
 */
export const pod = (namespace: string, name: string): Effect.Effect<void, ClientError, KubernetesClient> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => annotate(namespace, name, new Date(now).toISOString()))

const annotate = (namespace: string, name: string, now: string): Effect.Effect<void, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const ref = { apiVersion: "v1", kind: "Pod", namespace, name }
    yield* client.patch(ref, { type: "merge", body: { metadata: { annotations: { [annotation]: now } } } })
  }).pipe(
    // A pod that has gone meanwhile needs no refresh.
    Effect.catchTag("NotFound", () => Effect.void)
  )

/**
 * Annotates the pods behind a Service that mount a Secret with a certificate that may be newer than their mount.
 * Gives what it did; `pods` is empty where there was nothing to do.
 *
 * @category nudging
 * @since 0.1.0
 */
export const service: (ref: ServiceRef) => Effect.Effect<Nudged, ClientError, KubernetesClient> = Effect.fn(
  "Nudge.service"
)(function* (ref) {
  const { stale } = yield* mountsBehind(ref)
  const pods = [...new Set(stale.map(({ pod }) => pod))]
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* Effect.forEach(pods, (pod) => annotate(ref.namespace, pod, now), { concurrency: 4, discard: true })
  return { namespace: ref.namespace, pods, secrets: [...new Set(stale.map(({ secret }) => secret))] }
})

/**
 * Options of {@link whileFailing}.
 *
 * @category options
 * @since 0.1.0
 */
export interface NudgeOptions {
  /** Gets a hint at the moments at which a nudged pod may have got its certificate. */
  readonly wake?: Wake.Wake | undefined
  /** Told of every nudge. */
  readonly onNudged?: ((nudged: Nudged) => Effect.Effect<void>) | undefined
  /** Told when nudging is not possible, permission missing first of all; it then ends. */
  readonly onRefused?: ((error: ClientError) => Effect.Effect<void>) | undefined
}

/**
 * Nudges the pods behind an error, a handful of times at growing distances. It ends by itself, and is interrupted as
 * soon as the error is gone.
 *
 * **When to use**
 *
 * Fork it at the first failure; `HoldOn` does so.
 *
 * @category nudging
 * @since 0.1.0
 */
export const whileFailing: (
  error: CalloutError,
  options?: NudgeOptions
) => Effect.Effect<void, never, KubernetesClient> = Effect.fnUntraced(
  function* (error: CalloutError, options: NudgeOptions = {}) {
    const startedAt = yield* Clock.currentTimeMillis
    for (const seconds of schedule) {
      const passed = (yield* Clock.currentTimeMillis) - startedAt
      yield* Effect.sleep(Math.max(0, seconds * 1000 - passed))
      const services = yield* servicesBehind(error)
      const nudges = (yield* Effect.forEach(services, service)).filter((nudged) => nudged.pods.length > 0)
      for (const nudged of nudges) yield* options.onNudged?.(nudged) ?? Effect.void
      if (nudges.length === 0 || options.wake === undefined) continue
      const pods = nudges.flatMap(({ namespace, pods }) => pods.map((pod) => `${namespace}/${pod}`)).join(", ")
      for (const pause of syncTimes) {
        yield* Effect.sleep(pause * 1000)
        yield* Wake.notify(options.wake, { reason: `the kubelet was asked to refresh the Secret in pod ${pods}` })
      }
    }
  },
  (effect, _, options) => Effect.catch(effect, (error) => options?.onRefused?.(error) ?? Effect.void)
)
