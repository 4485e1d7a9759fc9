/**
 * Makes kubelets refresh a mounted Secret now. A kubelet does that when it next looks at the pod, every 60 to 90 s; a
 * change of the pod, if only of an annotation, makes it look at once.
 *
 * @since 0.1.0
 */
import * as Wake from "@holdfast/retry-core/Wake"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { field, list, text } from "./internal/json.ts"
import {
  type CalloutError,
  mountedSecrets,
  podsBehind,
  type ServiceRef,
  servicesBehind
} from "./internal/servicesBehind.ts"
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
 * When a nudge came to nothing: seconds after the first failure. The first one leaves the kubelet time to learn of the
 * Secret's change: an annotation within the first half second came too early and did nothing (measured).
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

/** A mount is at least as new as its pod; both times are whole seconds. */
const mayBeStale = (pod: KubernetesObject, secrets: ReadonlyArray<KubernetesObject>): boolean => {
  const startedAt = Date.parse(text(pod, "status", "startTime"))
  return secrets.some((secret) => {
    const changed = changedAt(secret)
    return changed === undefined || Number.isNaN(startedAt) || changed >= startedAt - 1000
  })
}

const readable = (service: ServiceRef, names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    return yield* Effect.forEach(
      names,
      (name) =>
        client.get({ apiVersion: "v1", kind: "Secret", namespace: service.namespace, name }).pipe(
          Effect.map((secret) => ({ name, secret: secret as KubernetesObject | undefined })),
          // Optional Secrets are not there; others are not for us to read: then the mount itself has to do.
          Effect.catch((error) => Effect.succeed({ name, secret: undefined, absent: error._tag === "NotFound" }))
        ),
      { concurrency: 4 }
    ).pipe(Effect.map((found) => found.filter((one) => !("absent" in one && one.absent))))
  })

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
  const client = yield* KubernetesClient
  const pods = yield* podsBehind(ref)
  const found = yield* readable(ref, [...new Set(pods.flatMap(mountedSecrets))])
  const serving = found.filter(({ secret }) => secret === undefined || holdsCertificate(secret))
  const stale = pods.filter((pod) => {
    const mounted = new Set(mountedSecrets(pod))
    const secrets = serving.filter(({ name }) => mounted.has(name))
    const known = secrets.flatMap(({ secret }) => (secret === undefined ? [] : [secret]))
    return secrets.length > known.length || mayBeStale(pod, known)
  })
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* Effect.forEach(
    stale,
    (pod) =>
      client
        .patch(
          { apiVersion: "v1", kind: "Pod", namespace: ref.namespace, name: pod.metadata.name ?? "" },
          { type: "merge", body: { metadata: { annotations: { [annotation]: now } } } }
        )
        // A pod that has gone meanwhile needs no refresh.
        .pipe(Effect.catchTag("NotFound", () => Effect.void)),
    { concurrency: 4, discard: true }
  )
  return {
    namespace: ref.namespace,
    pods: stale.map((pod) => pod.metadata.name ?? ""),
    secrets: serving.map(({ name }) => name)
  }
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
